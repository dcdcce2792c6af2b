"""The templates that every house begins with, in English and Ukrainian; each house changes them as it likes."""

from django.db import migrations
from django.db.models.functions import Now

EN = "<p>{{ contact.salutation }},</p>\n%s\n<p>Kind regards,<br>{{ sender.name }}<br>{{ company.name }}</p>"
UK = "<p>{{ contact.salutation }}!</p>\n%s\n<p>З повагою,<br>{{ sender.name }}<br>{{ company.name }}</p>"

# key: (name, category, record, document, English subject and words, Ukrainian subject and words)
TEMPLATES = {
    "customer_sheet": (
        "Customer sheet", "sheet", "contacts.entity", "customer_sheet",
        "Your details with {{ company.name }}",
        "<p>Attached is what we have noted about you. Please tell us if anything has changed or is missing.</p>",
        "Ваші дані в {{ company.name }}",
        "<p>У вкладенні – дані, які ми про вас маємо. Напишіть нам, будь ласка, якщо щось змінилося або чогось бракує.</p>",
    ),
    "statement": (
        "Statement of settlements", "report", "contacts.entity", "statement",
        "Statement of settlements, {{ today | date }}",
        "<p>Attached is the statement of settlements between us as of {{ today | date }}. Please compare it with your books and tell us if they say otherwise.</p>",
        "Акт звірки взаєморозрахунків, {{ today | date }}",
        "<p>У вкладенні – акт звірки взаєморозрахунків станом на {{ today | date }}. Порівняйте його, будь ласка, зі своїм обліком і напишіть нам, якщо дані розходяться.</p>",
    ),
    "order_confirmation": (
        "Order confirmation", "order", "crm.order", "order_confirmation",
        "Your order {{ order.number }} is confirmed",
        "<p>Thank you for your order {{ order.number }} of {{ order.date | date }} for {{ order.total | money: order.currency }}. The confirmation is attached: please check measures and colours.</p>\n{% if order.delivery_date %}<p>We plan to deliver on {{ order.delivery_date | date: 'full' }}.</p>{% endif %}",
        "Підтвердження замовлення {{ order.number }}",
        "<p>Дякуємо за замовлення {{ order.number }} від {{ order.date | date }} на суму {{ order.total | money: order.currency }}. Підтвердження – у вкладенні: перевірте, будь ласка, розміри та кольори.</p>\n{% if order.delivery_date %}<p>Доставку плануємо на {{ order.delivery_date | date: 'full' }}.</p>{% endif %}",
    ),
    "invoice": (
        "Invoice", "invoice", "crm.order", "invoice",
        "Invoice {{ order.number }}",
        "<p>Attached is our invoice for order {{ order.number }}: {{ order.total | money: order.currency }}{% if order.due_date %}, to be paid by {{ order.due_date | date }}{% endif %}.</p>",
        "Рахунок {{ order.number }}",
        "<p>У вкладенні – рахунок за замовлення {{ order.number }} на суму {{ order.total | money: order.currency }}{% if order.due_date %}, сплатити до {{ order.due_date | date }}{% endif %}.</p>",
    ),
    "claim_report": (
        "Claim report", "claim", "crm.claim", "claim_report",
        "Your claim {{ claim.number }}",
        "<p>We have taken up your claim {{ claim.number }} ({{ claim.subject }}). State: {{ claim.status }}. The report is attached.</p>",
        "Ваша рекламація {{ claim.number }}",
        "<p>Ми прийняли вашу рекламацію {{ claim.number }} ({{ claim.subject }}). Стан: {{ claim.status }}. Акт – у вкладенні.</p>",
    ),
    "todo_list": (
        "To-do list", "free", "contacts.entity", "todo_list",
        "To-do list, {{ today | date }}",
        "<p>Attached is the list of what is to be done.</p>",
        "Список справ, {{ today | date }}",
        "<p>У вкладенні – список справ.</p>",
    ),
    "contact_list": (
        "Contact list", "free", "contacts.entity", "contact_list",
        "List of contacts",
        "<p>Attached is the list of contacts.</p>",
        "Список контактів",
        "<p>У вкладенні – список контактів.</p>",
    ),
    "appointment_reminder": (
        "Appointment reminder", "appointment", "activities.meeting", "",
        "Reminder: {{ meeting.subject }}, {{ meeting.date | date }}",
        "<p>We would like to remind you of our appointment: {{ meeting.subject }}, {{ meeting.date | date: 'full' }}{% if meeting.time %} at {{ meeting.time | date }}{% endif %}{% if meeting.place %}, {{ meeting.place }}{% endif %}.</p>\n<p>If you cannot come, please let us know.</p>",
        "Нагадування: {{ meeting.subject }}, {{ meeting.date | date }}",
        "<p>Нагадуємо про зустріч: {{ meeting.subject }}, {{ meeting.date | date: 'full' }}{% if meeting.time %} о {{ meeting.time | date }}{% endif %}{% if meeting.place %}, {{ meeting.place }}{% endif %}.</p>\n<p>Якщо ви не зможете прийти, повідомте нас, будь ласка.</p>",
    ),
    "payment_reminder": (
        "Payment reminder", "payment", "crm.order", "",
        "Payment for order {{ order.number }}",
        "<p>For order {{ order.number }} there are still {{ order.balance | money: order.currency }} to be paid{% if order.due_date %}; they were due on {{ order.due_date | date }}{% endif %}. Please arrange the payment. If it has left already, please take no notice of this reminder.</p>",
        "Оплата замовлення {{ order.number }}",
        "<p>За замовленням {{ order.number }} ще не сплачено {{ order.balance | money: order.currency }}{% if order.due_date %}; термін оплати – {{ order.due_date | date }}{% endif %}. Просимо здійснити оплату. Якщо ви вже сплатили, не зважайте на це нагадування.</p>",
    ),
    "free": (
        "Free letter", "free", "contacts.entity", "",
        "{{ company.name }}",
        "<p></p>",
        "{{ company.name }}",
        "<p></p>",
    ),
}  # fmt: skip


def make(apps, schema_editor):
    template, version = (apps.get_model("messaging", name) for name in ("MailTemplate", "MailTemplateVersion"))
    for key, (name, category, context, document, en_subject, en_words, uk_subject, uk_words) in TEMPLATES.items():
        made, is_new = template.objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "category": category,
                "context_type": context,
                "document": document,
                "created_at": Now(),
            },
        )
        if is_new:
            for language, subject, body in (("en", en_subject, EN % en_words), ("uk", uk_subject, UK % uk_words)):
                version.objects.create(
                    template=made, language=language, number=1, subject=subject, body=body, created_at=Now()
                )


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_template_context")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
