"""The set-up screens for the register of the site."""
from practice.accounts.models import User
from practice.admin.setup import (
    catalog,
    form_editor,
    forms,
    groups,
    hours,
    lists,
    methods,
    money,
    opening,
    premises,
    staff,
    start,
    wordings,
)
from practice.catalog.models import Product, Treatment
from practice.core.text import _
from practice.intake.models import FormVersion
from practice.premises.models import Issuer, Location, PaymentMethod, PriceGroup, Room, TaxCode
from practice.schedule.models import Shift

PAGES = (
    start.SetupPage(name=_("Set-up"), endpoint="setup", url="/setup"),
    premises.PracticePage(name=_("Practice"), endpoint="setup_practice", url="/setup/practice"),
    money.SetupMoneyPage(name=_("Money"), endpoint="setup_money", url="/setup/money"),
    opening.OpeningFilePage(name=_("Opening balances"), endpoint="setup_opening", url="/setup/opening"),
    premises.TaxPage(name=_("Taxes"), endpoint="setup_taxes", url="/setup/taxes"),
    methods.MethodPage(name=_("Methods of payment"), endpoint="setup_methods", url="/setup/methods"),
    groups.GroupPage(name=_("Price groups"), endpoint="setup_groups", url="/setup/price-groups"),
    premises.RoomPage(name=_("Rooms"), endpoint="setup_rooms", url="/setup/rooms"),
    premises.LocationPage(name=_("Locations"), endpoint="setup_locations", url="/setup/locations"),
    staff.StaffPage(name=_("Staff"), endpoint="setup_staff", url="/setup/staff"),
    hours.HoursPage(name=_("Working hours"), endpoint="setup_hours", url="/setup/hours"),
    catalog.TreatmentPage(name=_("Treatments"), endpoint="setup_treatments", url="/setup/treatments"),
    catalog.ProductPage(name=_("Products"), endpoint="setup_products", url="/setup/products"),
    forms.FormPage(name=_("Forms"), endpoint="forms", url="/setup/forms"),
    wordings.WordingPage(name=_("Measures"), endpoint="setup_measures", url="/setup/measures"),
    form_editor.FormEditPage(name=_("Forms"), endpoint="form_edit", url="/setup/forms/<int:form_id>"),
)

LISTS = (
    lists.UserList(User, name=_("Staff"), endpoint="user_list", url="/lists/users"),
    lists.ShiftList(Shift, name=_("Working hours"), endpoint="shift_list", url="/lists/shifts"),
    lists.TreatmentList(Treatment, name=_("Treatments"), endpoint="treatment_list", url="/lists/treatments"),
    lists.ProductList(Product, name=_("Products"), endpoint="product_list", url="/lists/products"),
    lists.RoomList(Room, name=_("Rooms"), endpoint="room_list", url="/lists/rooms"),
    lists.TaxCodeList(TaxCode, name=_("Taxes"), endpoint="tax_code_list", url="/lists/tax-codes"),
    lists.MethodList(PaymentMethod, name=_("Methods of payment"), endpoint="payment_method_list",
                     url="/lists/payment-methods"),
    lists.GroupList(PriceGroup, name=_("Price groups"), endpoint="price_group_list", url="/lists/price-groups"),
    lists.LocationList(Location, name=_("Locations"), endpoint="location_list", url="/lists/locations"),
    lists.IssuerList(Issuer, name=_("Heads of documents"), endpoint="issuer_list", url="/lists/issuers"),
    forms.FormListView(FormVersion, name=_("Forms"), endpoint="form_list", url="/lists/forms"),
)
