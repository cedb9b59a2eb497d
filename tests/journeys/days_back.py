"""Working days of the desk on which something is put right or given back; and the last one, when the till is closed."""


def refund(desk, client):
    invoice = desk.invoice(client)
    desk.stage.pay(7800, invoice, client_id=client)
    keys = desk.begin("/money/")
    keys.press(f"a[href='/money/invoices/{invoice}']")
    keys.press(f"a[href='/money/back/invoices/{invoice}/refund']")
    keys.type("#amount", "10")
    keys.type("#reason", "too short")
    keys.press("button:has-text('Give it back')")
    keys.sees("€10.00 given back")
    desk.count("partial refund")


def take_back(desk, client):
    invoice = desk.invoice(client)
    keys = desk.begin("/money/")
    keys.press(f"a[href='/money/invoices/{invoice}']")
    keys.press("details.money-back > summary")
    keys.type("#reason", "charged twice")
    keys.press("button:has-text('Issue a credit note')")
    keys.submit("dialog[open] button:has-text('Issue the credit note')")
    keys.sees("The credit note is issued")
    desk.count("credit note")


def wrong_method(desk, client):
    payment = desk.stage.pay(7800, desk.invoice(client), client_id=client)
    keys = desk.begin("/money/payments")
    keys.press(f"a[href='/money/back/payments/{payment}/method']")
    keys.choose("method", "bank")
    keys.press("button:has-text('Put it right')")
    keys.sees("The method is put right")
    desk.count("wrong method")
    keys = desk.begin("/money/payments")
    keys.press("a[href$='/method']")
    keys.press("a:has-text('Take the payment back')")
    keys.type("#reason", "never arrived")
    keys.press("button:has-text('Take it back')")
    keys.sees("The payment was taken back")
    desk.count("take a payment back")


def write_off(desk, client):
    invoice = desk.invoice(client)
    keys = desk.begin(f"/money/invoices/{invoice}")
    keys.press("a:has-text('Write off')")
    keys.type("#reason", "cannot be reached")
    keys.submit("main form .btn-primary")
    keys.sees("written off")
    desk.count("write off")


def close_the_till(desk, client):
    keys = desk.begin("/money/till/")
    keys.type("[name=counted-cash]", "200")
    keys.press("button:has-text('Close the till')")
    keys.submit("dialog[open] button:has-text('Close the till')")
    keys.sees("Closing slip")
    desk.count("close the till")
