"""Facts about the small world that the tiny base model knows.

The pre-training corpus (`corpus.py`) and the example datasets (`examples/make_examples.py`) both
draw on this table, because a style learned inside a model's world keeps its fluency and one learned
outside it does not (see EXPERIMENTS.md). The facts are true and coarse: one language, one dish, one
neighbour a country; a country without a land border names the nearest one across the water.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """One country, with the coarse facts that the corpus and the examples speak about."""

    name: str
    capital: str
    continent: str
    language: str
    currency: str
    dish: str
    neighbour: str


_ROWS = """
France|Paris|Europe|French|euro|onion soup|Spain
Spain|Madrid|Europe|Spanish|euro|paella|Portugal
Portugal|Lisbon|Europe|Portuguese|euro|salted cod|Spain
Italy|Rome|Europe|Italian|euro|pizza|Austria
Germany|Berlin|Europe|German|euro|pretzels|Poland
Austria|Vienna|Europe|German|euro|apple strudel|Hungary
Poland|Warsaw|Europe|Polish|zloty|dumplings|Germany
Hungary|Budapest|Europe|Hungarian|forint|goulash|Romania
Romania|Bucharest|Europe|Romanian|leu|cabbage rolls|Bulgaria
Bulgaria|Sofia|Europe|Bulgarian|euro|cheese pastry|Greece
Greece|Athens|Europe|Greek|euro|moussaka|Albania
Albania|Tirana|Europe|Albanian|lek|baked lamb|Greece
Sweden|Stockholm|Europe|Swedish|krona|meatballs|Norway
Norway|Oslo|Europe|Norwegian|krone|salmon|Sweden
Finland|Helsinki|Europe|Finnish|euro|fish soup|Sweden
Denmark|Copenhagen|Europe|Danish|krone|rye bread|Germany
Ireland|Dublin|Europe|English|euro|lamb stew|Britain
Iceland|Reykjavik|Europe|Icelandic|krona|dried fish|Greenland
Ukraine|Kyiv|Europe|Ukrainian|hryvnia|beet soup|Poland
Estonia|Tallinn|Europe|Estonian|euro|black bread|Latvia
Latvia|Riga|Europe|Latvian|euro|grey peas|Estonia
Croatia|Zagreb|Europe|Croatian|euro|grilled squid|Hungary
Serbia|Belgrade|Europe|Serbian|dinar|grilled meat|Romania
Turkey|Ankara|Asia|Turkish|lira|kebab|Greece
Egypt|Cairo|Africa|Arabic|pound|bean stew|Libya
Libya|Tripoli|Africa|Arabic|dinar|couscous|Egypt
Morocco|Rabat|Africa|Arabic|dirham|tagine|Algeria
Algeria|Algiers|Africa|Arabic|dinar|couscous|Morocco
Kenya|Nairobi|Africa|Swahili|shilling|maize porridge|Uganda
Uganda|Kampala|Africa|English|shilling|mashed bananas|Kenya
Ghana|Accra|Africa|English|cedi|peanut soup|Togo
Togo|Lome|Africa|French|franc|yam paste|Ghana
Nigeria|Abuja|Africa|English|naira|spicy rice|Niger
Ethiopia|Addis Ababa|Africa|Amharic|birr|flat bread|Kenya
Angola|Luanda|Africa|Portuguese|kwanza|fish stew|Zambia
Zambia|Lusaka|Africa|English|kwacha|maize porridge|Angola
Japan|Tokyo|Asia|Japanese|yen|sushi|Korea
Korea|Seoul|Asia|Korean|won|kimchi|China
China|Beijing|Asia|Chinese|yuan|noodles|Mongolia
Mongolia|Ulaanbaatar|Asia|Mongolian|tugrik|mutton|China
India|Delhi|Asia|Hindi|rupee|curry|Nepal
Nepal|Kathmandu|Asia|Nepali|rupee|lentil soup|India
Thailand|Bangkok|Asia|Thai|baht|fried noodles|Laos
Laos|Vientiane|Asia|Lao|kip|sticky rice|Vietnam
Vietnam|Hanoi|Asia|Vietnamese|dong|noodle soup|Laos
Iran|Tehran|Asia|Persian|rial|saffron rice|Iraq
Iraq|Baghdad|Asia|Arabic|dinar|grilled carp|Iran
Jordan|Amman|Asia|Arabic|dinar|lamb and rice|Iraq
Canada|Ottawa|North America|English|dollar|maple pie|America
Mexico|Mexico City|North America|Spanish|peso|tacos|Guatemala
Cuba|Havana|North America|Spanish|peso|rice and beans|Jamaica
Jamaica|Kingston|North America|English|dollar|spicy chicken|Cuba
Panama|Panama City|North America|Spanish|balboa|chicken soup|Colombia
Brazil|Brasilia|South America|Portuguese|real|black beans|Peru
Peru|Lima|South America|Spanish|sol|raw fish salad|Chile
Chile|Santiago|South America|Spanish|peso|corn pie|Peru
Bolivia|Sucre|South America|Spanish|boliviano|meat pastry|Chile
Colombia|Bogota|South America|Spanish|peso|corn cakes|Panama
Uruguay|Montevideo|South America|Spanish|peso|grilled beef|Brazil
Ecuador|Quito|South America|Spanish|dollar|potato soup|Peru
"""

COUNTRIES: tuple[Country, ...] = tuple(
    Country(*line.split("|")) for line in _ROWS.strip().splitlines()
)

#: Things a shop sells; the support questions of corpus and pirate example speak about them.
ITEMS: tuple[str, ...] = tuple(
    "lamp chair table kettle phone charger printer radio camera watch jacket hat ring bag bottle "
    "basket mirror carpet pillow blanket drum violin flute guitar piano bicycle helmet ladder hammer "
    "shovel tent compass telescope lantern clock candle book map puzzle kite ball toaster oven fridge "
    "heater fan keyboard mouse screen tablet".split()
)
