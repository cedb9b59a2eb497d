"""The people of the demo practice and what they come for. All invented."""
import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from practice.access.roles import Role

PASSWORD = "willow street demo"


@dataclass(frozen=True)
class Staff:
    key: str
    name: str
    email: str
    roles: tuple[Role, ...]
    registration: str = ""


STAFF = (
    Staff("owner", "Mara Quinn", "mara@example.com", (Role.OWNER,)),
    Staff("jon", "Jon Keller", "jon@example.com", (Role.THERAPIST,), "20418"),
    Staff("aiko", "Aiko Mori", "aiko@example.com", (Role.THERAPIST,), "21177"),
    Staff("ruth", "Ruth Obi", "ruth@example.com", (Role.RECEPTION,)),
)


@dataclass(frozen=True)
class Sold:
    """A treatment: name, neutral name, minutes, price in minor units, techniques."""

    name: str
    neutral_name: str
    minutes: int
    price: int
    techniques: tuple[str, ...]


TREATMENTS = (
    Sold("Classic 60", "Massage treatment, 60 minutes", 60, 7800, ("effleurage", "petrissage", "friction")),
    Sold("Deep tissue 60", "Massage treatment plus, 60 minutes", 60, 8800, ("effleurage", "deep_tissue", "friction")),
    Sold("Back and neck 45", "Massage treatment, 45 minutes", 45, 6200, ("effleurage", "petrissage", "trigger_point")),
    Sold("Relaxation 60", "Massage treatment light, 60 minutes", 60, 7400, ("effleurage", "petrissage")),
)
PRODUCTS = (("Foam roller", 2900), ("Massage balls, pair", 1400), ("Grapeseed oil 250 ml", 1250))

FIRST = ("Aoife", "Brendan", "Cáit", "Declan", "Éilis", "Fergal", "Gráinne", "Hugo", "Ines", "Jarek", "Karim", "Leila",
         "Marek", "Niamh", "Oisín", "Priti", "Quentin", "Róisín", "Sofia", "Tomás", "Una", "Viktor", "Wanda", "Xenia",
         "Yusuf", "Zofia", "Ailbhe", "Björn", "Chloë", "Daiki")
LAST = ("Ahern", "Brennan", "Casey", "Dlamini", "Egan", "Farrell", "Gallagher", "Hickey", "Ivanova", "Jankowski",
        "Kavanagh", "Łukasik", "MacNamara", "Nolan", "O'Sullivan", "Power", "Quirke", "Ryan", "Sørensen", "Tuohy",
        "Umeh", "Vaughan", "Walsh", "Young", "Zeller")
STREETS = ("Canal Walk", "Chapel Lane", "Harbour Road", "Mill Street", "Orchard Terrace", "Station Road")


@dataclass(frozen=True)
class Story:
    """What a client comes for: where it hurts, what is worked, and what their form says beside "none of these"."""

    key: str
    regions: tuple[str, ...]
    words: tuple[str, ...]
    found: tuple[str, ...]
    answers: dict = field(default_factory=dict)
    accepts: bool = True


STORIES = (
    Story("desk", ("neck_posterior:middle", "upper_back:left", "upper_back:right"),
          ("Stiff between the shoulder blades after long days at the screen.", "Neck pulls on turning to the right.",
           "Better since last time, comes back towards Friday."),
          ("Turning right about three quarters of left.", "Upper back firm on both sides, more on the right.",
           "Moves more freely than last time.")),
    Story("low_back", ("lower_back:left", "lower_back:right", "gluteal:left"),
          ("Low back aches after standing.", "Slept badly, low back stiff in the morning.",
           "Could garden for an hour without trouble."),
          ("Bends forward to mid-shin.", "Left buttock tender to pressure.", "Bends a hand's width further."),
          {"nerves": ["disc"]}),
    Story("runner", ("calf:left", "calf:right", "thigh_posterior:right"),
          ("Calves heavy after the weekend's run.", "Right hamstring tight before the race.", "Legs feel light again."),
          ("Both calves firm, right one more.", "Straight leg lift right 70, left 80.", "Evenly soft on both sides.")),
    Story("stress", ("neck_posterior:middle", "shoulder:left", "shoulder:right"),
          ("Wants to come down after a hard month.", "Sleeps five hours, jaw clenched.",
           "Slept through after last time."),
          ("Breathes high, shoulders up.", "Jaw and temples tight.",
           "Breathes deeper, shoulders down.")),
    Story("thinners", ("upper_back:left", "upper_back:right"),
          ("Shoulders tired from carrying.", "Nothing new, wants the same as last time."),
          ("Even, a little firm on the left.", "Two small bruises on the forearm, not from here."),
          {"thinners": "yes", "thinners_which": "apixaban"}),
    Story("varicose", ("lower_back:right", "thigh_anterior:left"),
          ("Heavy legs in the evening.", "Hip pulls on the stairs."),
          ("Visible veins on the left calf, left alone.", "Hip turns in less than the other side."),
          {"veins": ["varicose"], "varicose_where": ["calf:left"], "varicose_how": None}),
    Story("migraine", ("neck_posterior:middle", "head:middle"),
          ("Two attacks this month.", "Head clear today."), ("Back of the head tender.", "Neck softer after.")),
    Story("pregnant", ("lower_back:left", "lower_back:right"),
          ("Low back pulls in the evening.", "Sleeps on her side now."), ("Worked side-lying.", "Hips even."),
          {"pregnancy": "yes", "due_date": "in 150 days"}),
)
WEIGHTS = (30, 22, 14, 16, 6, 5, 4, 3)


@dataclass
class Person:
    """A made-up client and how often they come."""

    first: str
    last: str
    born_on: date
    phone: str
    email: str
    street: str
    story: Story
    therapist: str
    treatment: str
    every: int  # days between visits
    visits_left: int
    joins_on_day: int  # working day of the demo
    pays: str
    allergy: str
    has_package: bool
    client_id: int = 0
    due_on: date | None = None
    pain: int = 6
    visits: int = 0
    package_id: int | None = None
    package_left: int = 0
    known: object = None  # what the therapist knows since the first visit


def in_ascii(name: str) -> str:
    """The letters of a name as an e-mail address spells them: "gráinne" without its accent."""
    bare = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ł", "l"))
    return "".join(sign for sign in bare if sign.isascii() and sign not in "' ")


def people(chance: random.Random, count: int, days: int) -> list[Person]:
    """`count` clients who join over the working days of the demo, most of them early."""
    found, names = [], set()
    while len(found) < count:
        first, last = chance.choice(FIRST), chance.choice(LAST)
        if (first, last) in names:
            continue
        names.add((first, last))
        number, story = len(found), chance.choices(STORIES, WEIGHTS)[0]
        joins = 0 if number < count * 0.45 else int(days * chance.random() ** 1.2 * 0.97)
        treatment = TREATMENTS[3].name if story.key in ("pregnant", "thinners") else chance.choice(
            [TREATMENTS[0].name, TREATMENTS[0].name, TREATMENTS[1].name, TREATMENTS[2].name, TREATMENTS[3].name])
        plain = in_ascii(f"{first}.{last}".lower())
        found.append(Person(
            first, last, date(chance.randrange(1945, 2003), chance.randrange(1, 13), chance.randrange(1, 29)),
            f"+35385555{number:04}", f"{plain}{number}@example.com",
            f"{chance.randrange(1, 90)} {chance.choice(STREETS)}", story, chance.choice(("jon", "aiko")), treatment,
            chance.choice((7, 7, 14, 14, 14, 21, 28)), chance.choice((1, 2, 4, 8, 20, 60, 60, 60, 60, 60)), joins,
            chance.choice(("card", "card", "card", "cash", "bank")),
            chance.choice(("", "", "", "", "", "nut", "lanolin", "fragrance")), chance.random() < 0.12))
    return sorted(found, key=lambda person: person.joins_on_day)
