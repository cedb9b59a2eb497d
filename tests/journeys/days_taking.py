"""Working days of the desk on which money is taken: each a function of the desk and a client who came."""
from practice.access import guard
from practice.billing.services.packages import sell_package
from practice.core.db import transaction
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S


def change(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.key("2")
    keys.type("#amount", "100")
    keys.press(".btn-pay")
    keys.sees("Change to give back: €22.00")
    desk.count("cash with change")


def split(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.type("#amount", "50")
    keys.press(".pay-more summary")
    keys.choose("second_method", "cash")
    keys.press(".btn-pay")
    keys.sees("€28.00")
    desk.count("two methods")


def later_and_in_part(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.key("4")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("leave it open")
    desk.new_day()
    keys = desk.begin(f"/money/invoices/{desk.documents(client)[0]}")
    keys.type("#amount", "30")
    keys.choose("method", "bank")
    keys.press("button:has-text('Take payment')")
    keys.sees("€30.00 received")
    desk.count("a part by bank")


def tip(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.type("#amount", "85")
    keys.choose("over", "tip")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("a tip")
    keys = desk.begin("/money/tips/")
    keys.press("a[href$='/pay']")
    keys.press("button:has-text('Hand it out')")
    keys.sees("handed")
    desk.count("hand a tip out")


def own_method(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.key("5")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    keys.sees("TWINT")
    desk.count("an own method")


def together(desk, client):
    partner = desk.client("Partner")
    desk.session(partner, hour=6)
    desk.stage.do(lambda: sell_package(desk.stage.rae, client_id=partner, treatment_id=desk.stage.treatment, sessions=2,
                                       price_amount=15_000))
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.press(".charge summary:has-text('Client')")
    keys.press("a:has-text('Partner Desk')")
    keys.sees("€156.00")
    keys.press("a:has-text('Use a package session')")
    keys.sees("Package session used")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("two clients at once, one with a package")


def both_therapists(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.press(".charge summary:has-text('Therapist')")
    keys.press("a:has-text('Tara Lindqvist')")
    keys.sees("and Tara Lindqvist")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("a treatment of two therapists")


def student(desk, client):
    keys = desk.begin(f"/clients/{client}/edit")
    keys.pick("#price_group_id")
    keys.submit("button:has-text('Save client')")
    desk.count("a client of a price group")
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.sees("Student price")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    keys.sees("€60.00")
    desk.count("a concession price")


def product(desk, client):
    keys = desk.begin(f"/money/clients/{client}/invoice")
    keys.pick("#product-0")
    keys.submit("main form .btn-primary")
    desk.count("sell a product")


def deposit(desk, client):
    coming = desk.session(client, S.BOOKED, hour=12)
    keys = desk.begin(f"/money/clients/{client}/deposit")
    keys.pick("#appointment")
    keys.type("#amount", "20")
    keys.submit("main form .btn-primary")
    desk.count("take a deposit")
    with guard.acting(desk.stage.people.system), transaction():
        set_state(desk.stage.people.system, coming, S.DONE)
    keys = desk.begin(f"/checkout/{coming}")
    keys.sees("Credit used")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("check out with a deposit")


def too_much(desk, client):
    keys = desk.begin(f"/checkout/{desk.session(client)}")
    keys.type("#amount", "100")
    keys.press(".btn-pay")
    desk.page.wait_for_selector("iframe.paper")
    desk.count("keep what is more as credit")
    keys = desk.begin(f"/money/clients/{client}/give-back")
    keys.type("#amount", "22")
    keys.type("#reason", "wants it back")
    keys.submit("main form .btn-primary")
    desk.count("give credit back")
