#!/bin/sh
# Run once by the postgres image on an empty volume: roles, extensions and default rights, as in
# apps/core/embedded/postgres_server.py. A test compares the two.
set -eu

equip() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$1" <<'SQL'
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER DEFAULT PRIVILEGES FOR ROLE rapport_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rapport_web;
ALTER DEFAULT PRIVILEGES FOR ROLE rapport_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO rapport_web;
ALTER DEFAULT PRIVILEGES FOR ROLE rapport_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO rapport_web;
SQL
}

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner="$RAPPORT_OWNER_PASSWORD" --set web="$RAPPORT_WEB_PASSWORD" <<'SQL'
CREATE ROLE rapport_owner LOGIN CREATEDB PASSWORD :'owner';
CREATE ROLE rapport_web LOGIN PASSWORD :'web';
CREATE ROLE rapport_portal NOLOGIN;
GRANT rapport_portal TO rapport_web;
GRANT rapport_web TO rapport_owner;
SQL
equip template1
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --command 'CREATE DATABASE rapport OWNER rapport_owner'
