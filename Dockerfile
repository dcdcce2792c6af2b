# One image for web, live, workers and beat; docker-compose.yml says which command each runs.
FROM node:22-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RAPPORT_VAR=/data \
    RAPPORT_HASHED_STATIC=1 \
    STATIC_ROOT=/app/staticfiles
WORKDIR /app
RUN useradd --system --create-home rapport && install --directory --owner rapport /data
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY --from=frontend /app/node_modules node_modules
COPY . .
# Neither step needs a server; the keys that the settings make for themselves are thrown away with the folder.
# Of the charts' builds pages load one; the others are 45 MB.
RUN RAPPORT_NO_SERVERS=1 RAPPORT_VAR=/tmp/build python manage.py collectstatic --noinput \
    --ignore echarts.common* --ignore echarts.simple* --ignore echarts.js* --ignore echarts.min.js \
    --ignore echarts.esm.js* --ignore echarts.esm.mjs* --ignore echarts.esm.min.js \
    && rm -rf /tmp/build
RUN for po in locale/*/LC_MESSAGES/*.po; do pybabel compile --input-file $po --output-file ${po%.po}.mo; done
USER rapport
VOLUME /data
EXPOSE 8000 8001
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000"]
