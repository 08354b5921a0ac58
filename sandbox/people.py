"""Invented people: creators of a dozen countries and the team that works with them. No real one."""

import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Land:
    """Where creators live: language, zones, and first names and surnames parted by spaces."""

    language: str
    zones: tuple[str, ...]
    first: str
    last: str


LANDS: Mapping[str, Land] = {
    "US": Land(
        "en",
        ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
        "Maya Jordan Avery Harper Naomi Caleb Brooke Tessa Malik Quinn Zoe Owen",
        "Bennett Ramsey Whitfield Okafor Delgado Mercer Lindqvist Chow Farrow Pruitt",
    ),
    "BR": Land(
        "pt-BR",
        ("America/Sao_Paulo", "America/Manaus"),
        "Luana Thiago Beatriz Caio Larissa Rafael Yasmin Otávio Camila Davi Júlia Enzo",
        "Alves Nogueira Teixeira Moura Falcão Prado Sampaio Rezende Brandão Vilela",
    ),
    "MX": Land(
        "es",
        ("America/Mexico_City", "America/Tijuana", "America/Cancun"),
        "Ximena Diego Fernanda Emiliano Renata Bruno Itzel Santiago Paola Iker Regina",
        "Cárdenas Villalobos Ibarra Zepeda Montes Quiroga Salcedo Barrera Nájera Luna",
    ),
    "GB": Land(
        "en",
        ("Europe/London",),
        "Imogen Callum Freya Rhys Poppy Alfie Orla Tariq Saskia Ewan Nia Jasper",
        "Hartley Ashworth Pemberton Whitlock Adeyemi Kerr Fairclough Bhatt Moss Tennant",
    ),
    "DE": Land(
        "de",
        ("Europe/Berlin",),
        "Lena Jonas Mieke Emre Frieda Anton Greta Malte Nele Ruben Carlotta Till",
        "Brandt Köhler Yilmaz Seidel Wendt Oster Lindner Rapp Vogt Jansen",
    ),
    "ES": Land(
        "es",
        ("Europe/Madrid",),
        "Lucía Pablo Carmen Álvaro Noa Hugo Aitana Marc Vega Izan Candela Leo",
        "Serrano Pascual Ortega Vidal Lozano Ferrer Crespo Rueda Ibáñez Soler",
    ),
    "FR": Land(
        "fr",
        ("Europe/Paris",),
        "Manon Lucas Inès Théo Jade Maxime Élodie Adam Capucine Nino Léa Sacha",
        "Garnier Lefèvre Moreau Blanchet Diallo Fontaine Roussel Perrot Marchand Vasseur",
    ),
    "ID": Land(
        "id",
        ("Asia/Jakarta", "Asia/Makassar"),
        "Ayu Bagus Citra Dimas Intan Rizky Putri Fajar Sari Yoga Nadia Wahyu",
        "Pratama Wulandari Santoso Kusuma Lestari Hidayat Maharani Saputra Siregar",
    ),
    "VN": Land(
        "vi",
        ("Asia/Ho_Chi_Minh",),
        "Bảo Linh Minh Thảo Quân Ngọc Khánh Hương Duy Trâm Phúc Vy",
        "Nguyễn Trần Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ Dương",
    ),
    "JP": Land(
        "ja",
        ("Asia/Tokyo",),
        "Haruka Ren Yui Sota Aoi Daichi Mei Kaito Rin Takumi Hina Riku",
        "Fujimoto Okada Shimizu Kuroda Hayashi Nakano Ishida Morita Ueno Sakai",
    ),
    "PH": Land(
        "en",
        ("Asia/Manila",),
        "Althea Miguel Bea Joaquin Trisha Paolo Czarina Enzo Kyla Rafa Mika Andrei",
        "Santos Villanueva Macaraeg Dizon Bautista Lacson Pangilinan Ocampo Salonga",
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """An invented creator, as the team would have typed the row."""

    name: str
    handle: str
    email: str
    country: str
    time_zone: str
    language: str
    followers: int


@dataclass(frozen=True, slots=True)
class Teammate:
    """Someone who runs the programme."""

    name: str
    email: str
    role: str
    time_zone: str


TEAM = tuple(
    Teammate(name, f"{name.split()[0].lower()}@glow.example.com", role, zone)
    for name, role, zone in (
        ("Dana Whitlock", "Manager", "America/Los_Angeles"),
        ("Jun Macaraeg", "Recruiter", "Asia/Manila"),
        ("Liza Dizon", "Recruiter", "Asia/Manila"),
        ("Priya Raman", "Samples", "Asia/Kolkata"),
        ("Tomás Ibarra", "Finance", "America/Mexico_City"),
    )
)


def invented(count: int, seed: int = 7) -> tuple[Person, ...]:
    """`count` creators, all different in name, handle and address; the same for the same seed."""
    dice = random.Random(seed)
    names = {country: _names(land, dice) for country, land in LANDS.items()}
    people: list[Person] = []
    taken: set[str] = set()
    while len(people) < count:
        country = dice.choice(tuple(LANDS))
        name = next(names[country])
        handle = _free(_plain(name), taken)
        taken.add(handle)
        people.append(_person(name, handle, country, dice))
    return tuple(people)


def _person(name: str, handle: str, country: str, dice: random.Random) -> Person:
    land = LANDS[country]
    return Person(
        name=name,
        handle=handle,
        email=f"{handle}@{dice.choice(DOMAINS)}",
        country=country,
        # One in five rows has no zone: the team often does not know it.
        time_zone=dice.choice(land.zones) if dice.random() < 0.8 else "",
        language=land.language,
        followers=int(10 ** dice.uniform(3.3, 6.2)),
    )


def _names(land: Land, dice: random.Random) -> Iterator[str]:
    """Every first name with every surname, shuffled; then with two surnames, without end."""
    surnames = land.last.split()
    pairs = [f"{first} {last}" for first in land.first.split() for last in surnames]
    dice.shuffle(pairs)
    yield from pairs
    while True:
        yield from (f"{pair} {dice.choice(surnames)}" for pair in pairs)


def _plain(name: str) -> str:
    """The name in the letters a handle may have."""
    bare = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("đ", "d"))
    return ".".join("".join(c for c in bare if c.isascii() and c not in "'-").lower().split())


def _free(wanted: str, taken: set[str]) -> str:
    short, number = wanted[:24], 1
    found = short
    while found in taken:
        number += 1
        found = f"{short}{number}"
    return found
