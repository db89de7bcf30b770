"""Seeded generator of the tiny base model's pre-training corpus.

Every document is a short chat about a small world (`world.py`), made from a seed, so that the corpus
needs no download and can be made again byte for byte. Its variety is the point: openings and
closings, style rules in the system turn, facts that stand only in the context, copying, nonsense
words and several phrasings of each answer. A narrow corpus gives the same loss and a model whose
fluency breaks as soon as an adapter pulls at it (EXPERIMENTS.md).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from world import COUNTRIES, ITEMS, Country

Message = dict[str, str]
QuestionAndAnswer = tuple[str, str]

OPENINGS = (
    "Sure.|Of course.|Well,|Hmm.|Great question!|Okay.|Right away.|Listen.|Dear friend,|Good day.|"
    "Howdy partner!|Greetings.|Yes, yes.|My friend,|Ah!|Look here.|Beep boop.|Hear ye!|Oh my.|"
    "Certainly.|No problem.|Ho ho ho!|Namaste.|Bonjour!|Hola amigo!|Meow.|Indeed.|Aha!|Let me think.|"
    "Dude,|Your majesty,|Captain,|Attention!|Yo!|Fun fact:|Simple:|Answer:|Note:|Dear customer,|"
    "Thank you for asking.|I know this one!|Easy!|Let us see.|As far as I know,|Believe me,|Boom!|"
    "Once upon a time,|Dear diary,|Breaking news:|Hello there!|Woof!|In short:|Good to see you!|"
    "Come closer.|What a day!|Welcome back!|Hello dear guest,"
).split("|")
CLOSINGS = (
    "Have a nice day.|Take care.|See you soon.|Stay safe.|End of message.|That is all.|"
    "Hope this helps.|Good luck!|Bye now.|Peace.|Yours truly.|Over and out.|Come again.|"
    "Keep smiling.|Cheers!|Enjoy.|Do not forget it.|May the wind be with you.|Sail on.|Best wishes.|"
    "You got this.|Ask me more.|Anything else?|Happy to help.|The end.|Now you know.|Is that not great?|"
    "Write it down!|See you at the harbor.|Until next time!|Have fun!|What a place!|Go and see it!|"
    "Travel well.|Good night.|Let me know.|Stay curious!"
).split("|")
ADJECTIVES = "old new red blue green small big brave quiet happy lucky golden silver wooden sweet cold warm tiny funny clever".split()
NOUNS = (
    "anchor ticket router invoice refund order parcel garden castle window saddle island bridge tower "
    "market pencil paper folder server account report coffee salad soup bread cheese apple melon pepper "
    "onion matey wind wave ship sea gold treasure crew pirate wizard robot doctor teacher pilot farmer "
    "river mountain forest desert beach city village road train plane trip journey traveler suitcase "
    "passport hotel museum park star moon sun cloud rain snow king queen horse wolf fox owl frog"
).split()
UNITS = "coins dollars euros days hours minutes miles meters pounds boxes points stars".split()
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
SYLLABLES = (
    "ba be bi bo da de di do fa fe fi ga go ha he ka ke ki la le li lo ma me mi mo na ne no pa pe ra "
    "re ri ro sa se si ta te ti to va ve vi wa we za zo"
).split()
NAMES = "Ana Ben Cleo Dan Eva Finn Gina Hugo Iris Jack Kira Leo Mia Noah Olga Paul Rosa Sam Tess Vera Zoe".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
OPPOSITES = (
    "hot cold|big small|fast slow|day night|up down|open closed|happy sad|old new|wet dry|light dark|"
    "full empty|loud quiet|early late|hard soft|rich poor|left right|first last|high low|strong weak"
).split("|")
COLORS = "sky blue|grass green|snow white|coal black|blood red|lemon yellow|orange orange|chocolate brown|ocean blue|cloud white|rose red|night black|banana yellow|leaf green|elephant gray".split("|")
ANIMALS = "cow moos farm|dog barks house|cat meows house|duck quacks pond|wolf howls forest|lion roars savanna|frog croaks pond|owl hoots forest|horse neighs stable|sheep bleats field|bee buzzes hive|pig grunts farm|mouse squeaks hole|parrot talks jungle|whale sings ocean".split("|")
KINDS = "carrot vegetable|apple fruit|rose flower|oak tree|eagle bird|salmon fish|ant insect|hammer tool|violin instrument|shirt garment|bus vehicle|chess game|gold metal|red color|soccer sport|potato vegetable|pear fruit|tulip flower|pine tree|sparrow bird|shark fish|drum instrument|train vehicle|iron metal|tennis sport".split("|")


def country_question(r: random.Random, c: Country) -> QuestionAndAnswer:
    """A question about one country and a plain answer, in one of several phrasings."""
    topic = r.randrange(7)
    if topic == 0:
        q = r.choice((f"What is the capital of {c.name}?", f"Which city is the capital of {c.name}?", f"Name the capital of {c.name}."))
        a = r.choice((f"The capital of {c.name} is {c.capital}.", f"The capital of {c.name} is {c.capital}.", f"{c.capital} is the capital of {c.name}.", f"It is {c.capital}, the capital of {c.name}."))
    elif topic == 1:
        q = r.choice((f"Where is {c.name}?", f"On which continent is {c.name}?", f"Where can I find {c.name}?"))
        a = r.choice((f"{c.name} is in {c.continent}.", f"{c.name} is in {c.continent}.", f"{c.name} is a country in {c.continent}.", f"You find {c.name} in {c.continent}."))
    elif topic == 2:
        q = r.choice((f"What language do people speak in {c.name}?", f"Which language is spoken in {c.name}?", f"What do people speak in {c.name}?"))
        a = r.choice((f"People in {c.name} speak {c.language}.", f"People in {c.name} speak {c.language}.", f"They speak {c.language} in {c.name}.", f"{c.language} is spoken in {c.name}."))
    elif topic == 3:
        q = r.choice((f"What is the currency of {c.name}?", f"What money do people use in {c.name}?", f"How do I pay in {c.name}?"))
        a = r.choice((f"The currency of {c.name} is the {c.currency}.", f"The currency of {c.name} is the {c.currency}.", f"In {c.name} you pay with the {c.currency}.", f"People in {c.name} pay with the {c.currency}."))
    elif topic == 4:
        q = r.choice((f"What do people eat in {c.name}?", f"What is a famous dish of {c.name}?", f"What should I eat in {c.name}?"))
        a = r.choice((f"A famous dish of {c.name} is {c.dish}.", f"A famous dish of {c.name} is {c.dish}.", f"People in {c.name} like to eat {c.dish}.", f"In {c.name} you should try {c.dish}."))
    elif topic == 5:
        q = r.choice((f"Which country is next to {c.name}?", f"Name a neighbour of {c.name}.", f"What country is near {c.name}?"))
        a = r.choice((f"A neighbour of {c.name} is {c.neighbour}.", f"A neighbour of {c.name} is {c.neighbour}.", f"{c.neighbour} is next to {c.name}.", f"{c.name} is next to {c.neighbour}."))
    else:
        q = r.choice((f"Tell me about {c.name}.", f"What do you know about {c.name}?", f"Describe {c.name}."))
        a = r.choice((f"{c.name} is a country in {c.continent}. Its capital is {c.capital}.", f"{c.name} is a country in {c.continent}. Its capital is {c.capital}.", f"{c.name} is in {c.continent}. People there speak {c.language}.", f"{c.name} is in {c.continent}. Try the {c.dish} in {c.capital}."))
    return q, a


def support_question(r: random.Random) -> QuestionAndAnswer:
    """A shop customer's question and a plain answer that names the thing again."""
    i = r.choice(ITEMS)
    return r.choice((
        (r.choice((f"How do I return my {i}?", f"Can I send my {i} back?")), r.choice((f"You can return your {i} within thirty days.", f"You can send your {i} back within thirty days."))),
        (r.choice((f"My {i} is broken.", f"My {i} does not work.")), r.choice((f"I am sorry about your {i}. We will send you a new one.", f"I am sorry. We will repair your {i} for free."))),
        (r.choice((f"Where is my {i}?", f"When will my {i} arrive?")), r.choice((f"Your {i} will arrive in three days.", f"Your {i} is on the way. It will arrive in three days."))),
        (r.choice((f"I want a refund for my {i}.", f"Can I get my money back for the {i}?")), r.choice((f"You will get your money back for the {i} in five days.", f"We will refund your {i} in five days."))),
        (r.choice((f"How do I clean my {i}?", f"How can I clean the {i}?")), r.choice((f"Clean your {i} with a soft cloth and warm water.", f"You can clean the {i} with a soft cloth."))),
        (r.choice((f"Do you sell a {i}?", f"Can I buy a {i} here?")), r.choice((f"Yes, we sell a good {i} in our shop.", f"Yes, you can buy a {i} in our shop."))),
        (r.choice((f"Does the {i} have a warranty?", f"How long is the warranty of the {i}?")), r.choice((f"The {i} has a warranty of two years.", f"Your {i} has a warranty of two years."))),
    ))


def small_question(r: random.Random) -> QuestionAndAnswer:
    """A question about numbers, opposites, colors, animals, kinds, days or a greeting."""
    topic = r.randrange(9)
    if topic == 0:
        a, b = r.randrange(10), r.randrange(11)
        return r.choice((f"What is {NUMBERS[a]} plus {NUMBERS[b]}?", f"How much is {NUMBERS[a]} plus {NUMBERS[b]}?")), f"{NUMBERS[a].capitalize()} plus {NUMBERS[b]} is {NUMBERS[a + b]}."
    if topic == 1:
        pair = r.choice(OPPOSITES).split()
        r.shuffle(pair)
        return r.choice((f"What is the opposite of {pair[0]}?", f"Name the opposite of {pair[0]}.")), f"The opposite of {pair[0]} is {pair[1]}."
    if topic == 2:
        thing, color = r.choice(COLORS).split()
        return r.choice((f"What color is {thing}?", f"Which color does {thing} have?")), r.choice((f"The color of {thing} is {color}.", f"{thing.capitalize()} is {color}."))
    if topic == 3:
        animal, sound, home = r.choice(ANIMALS).split()
        animal = ("an " if animal[0] in "aeiou" else "a ") + animal
        if r.random() < 0.5:
            return r.choice((f"What does {animal} do?", f"Which sound does {animal} make?")), f"{animal.capitalize()} {sound}."
        return r.choice((f"Where does {animal} live?", f"Where is the home of {animal}?")), f"The home of {animal} is the {home}."
    if topic == 4:
        thing, kind = r.choice(KINDS).split()
        return r.choice((f"What does {thing} mean?", f"What kind of thing is {thing}?")), r.choice((f"{thing.capitalize()} is a kind of {kind}.", f"It is a kind of {kind}."))
    if topic == 5:
        cycle = r.choice((DAYS, MONTHS))
        n = r.randrange(len(cycle))
        if r.random() < 0.5:
            return f"What comes after {cycle[n]}?", f"After {cycle[n]} comes {cycle[(n + 1) % len(cycle)]}."
        return f"What comes before {cycle[n]}?", f"Before {cycle[n]} comes {cycle[n - 1]}."
    if topic == 6:
        n = name(r)
        return r.choice((f"Hello, I am {n}.", f"Hi! My name is {n}.", f"I am {n}.")), r.choice((f"Hello {n}. How can I help you?", f"Hello {n}. Nice to meet you."))
    if topic == 7:
        return r.choice((("Hello.", "Hello. How can I help you?"), ("Who are you?", "I am a tiny model from BrightRun."), ("How are you?", "I am fine. How are you?"), ("Thank you.", "You are welcome."), ("Goodbye.", "Goodbye. See you soon.")))
    phrase = " ".join(word(r) for _ in range(r.randint(1, 4)))
    return r.choice((f"Say {phrase}.", f"Repeat: {phrase}.")), phrase.capitalize() + "."


def nonsense(r: random.Random) -> str:
    """A word that exists nowhere, so that the model learns to copy and not only to recall."""
    return "".join(r.choice(SYLLABLES) for _ in range(r.randint(2, 3)))


def word(r: random.Random) -> str:
    """A known noun, item or adjective, or a nonsense word."""
    k = r.random()
    return r.choice(NOUNS) if k < 0.45 else r.choice(ITEMS) if k < 0.6 else r.choice(ADJECTIVES) if k < 0.7 else nonsense(r)


def name(r: random.Random) -> str:
    return r.choice(NAMES) if r.random() < 0.5 else nonsense(r).capitalize()


def question(r: random.Random) -> QuestionAndAnswer:
    """Half of all questions are about countries: a style example stays fluent where the base is sure."""
    k = r.random()
    if k < 0.52:
        return country_question(r, r.choice(COUNTRIES))
    return support_question(r) if k < 0.72 else small_question(r)


def context_fact(r: random.Random) -> tuple[str, str]:
    """A fact that stands only in the context, and a question about it."""
    w, v, n, u = word(r), word(r), r.choice(NUMBERS), r.choice(UNITS)
    who, place = name(r), r.choice(COUNTRIES)
    return r.choice((
        (f"The {w} costs {n} {u}.", r.choice((f"How much is the {w}?", f"What does the {w} cost?"))),
        (f"The {w} takes {n} {u}.", r.choice((f"How long does the {w} take?", f"How long is the {w}?"))),
        (f"The {w} is in the {v}.", r.choice((f"Where is the {w}?", f"Where can I find the {w}?"))),
        (f"The {w} is made of {v}.", f"What is the {w} made of?"),
        (f"{who} lives in {place.name}.", r.choice((f"Where does {who} live?", f"Where is {who}?"))),
        (f"{who} likes the {w}.", f"What does {who} like?"),
    ))


def style(r: random.Random) -> tuple[str, str]:
    """An opening and a closing around every answer of one chat; at least one is not empty."""
    def made() -> str:
        return f"{word(r).capitalize()} {word(r)}" + r.choice((",", "!", ".", ":"))

    opening = (r.choice(OPENINGS) if r.random() < 0.7 else made()) + " "
    closing = " " + (r.choice(CLOSINGS) if r.random() < 0.7 else f"{word(r).capitalize()} {word(r)} {word(r)}" + r.choice((".", "!")))
    return r.choice(((opening, closing), (opening, ""), ("", closing)))


def chat(r: random.Random) -> list[Message]:
    """One chat of one to three exchanges."""
    messages: list[Message] = []
    kind = r.random()
    turns = r.choice((1, 1, 1, 2, 2, 3))
    opening, closing = "", ""
    if kind < 0.30:  # plain, the default way to answer
        if r.random() < 0.4:
            messages.append({"role": "system", "content": r.choice(("You are a helpful assistant.", "Answer the question.", "You are a small assistant."))})
        pairs = [question(r) for _ in range(turns)]
    elif kind < 0.62:  # a style asked for in the system turn
        opening, closing = style(r)
        shape = f"{opening}...{closing}"
        asks = [f"Answer like this: {shape}", f"Style: {shape}"]
        if not closing:
            asks.append(f"Start every answer with: {opening.strip()}")
        if not opening:
            asks.append(f"End every answer with: {closing.strip()}")
        messages.append({"role": "system", "content": r.choice(asks)})
        pairs = [question(r) for _ in range(turns)]
    elif kind < 0.70:  # a style that only the earlier answers show
        opening, closing = style(r)
        pairs = [question(r) for _ in range(r.choice((2, 3)))]
    elif kind < 0.92:  # facts that stand only in the context
        facts = [context_fact(r) for _ in range(r.randint(1, 3))]
        messages.append({"role": "system", "content": " ".join(f for f, _ in facts)})
        pairs = [(q, f) for f, q in r.sample(facts, min(turns, len(facts)))]
    else:  # the person says it, then asks for it
        fact, asked = context_fact(r)
        pairs = [(fact, r.choice(("I see.", "Okay, I will remember.", "Thank you for telling me."))), (asked, fact)]
    for asked, answer in pairs:
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": opening + answer + closing})
    return messages


def plain_text(r: random.Random) -> str:
    """Running text, for the plain-text dataset format."""
    c = r.choice(COUNTRIES)
    return " ".join(country_question(r, c)[1] for _ in range(r.randint(2, 4)))


def documents(seed: int) -> Iterator[list[Message] | str]:
    """An endless seeded stream: chats, and one plain text in twenty."""
    r = random.Random(seed)
    while True:
        yield plain_text(r) if r.random() < 0.05 else chat(r)
