"""What the tests of set-up send, and how they read a page."""
import re

from practice.access import guard

ROWS = ("taxes", "rooms", "locations", "products")
PAGES = ("/setup/", "/setup/practice/", "/setup/staff/", "/setup/staff/new", "/setup/treatments/",
         "/setup/treatments/new", *(f"/setup/{name}/" for name in ROWS), *(f"/setup/{name}/new" for name in ROWS))
LISTS = tuple(f"/lists/{name}/" for name in ("users", "shifts", "treatments", "products", "rooms", "tax-codes",
                                             "locations", "issuers"))
TREATMENT = {"name": "Deep tissue 60", "neutral_name": "Massage 60", "minutes": "60", "buffer_minutes": "10",
             "price": "78,00", "needs_room": "y", "is_active": "y", "usual_techniques": ["effleurage", "petrissage"]}
THEO = {"name": "Theo Marsh", "email": "theo@example.com", "roles": ["therapist"], "is_active": "y", "colour": "1",
        "short_name": "Theo", "registration_body": "NMT", "registration_number": "4711"}


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def hidden(browser, url, name="version") -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page_of(browser.get(url)))[1]


def as_system(people, read):
    with guard.acting(people.system):
        return read()
