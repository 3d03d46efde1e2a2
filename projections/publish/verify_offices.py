"""Check who acted in a published election ledger, and by what right: a file of verify.py, which looks for it beside it.

Like it, this file needs Python 3.9 and nothing else, is written from docs/reference/file-format.md, and shares no code
with the program that writes ledgers. verify.py runs it and hands it what is imported from there below; it reads no file
itself. To read it top down, begin with section 4: what is asked of all that one command led to.

    1 types of events  2 verbs (both from verify_types.py)  3 what stands before a command  4 a command

A ledger that begins with ledger-founded.v1 is founded: whoever acts in it has the power from somebody who had it, and
signs what matters most. In any other, everything is asserted by whoever recorded it. No event proves that the first
officers' keys are theirs: compare them with what the officers themselves gave you. Nor is it checked here who was
validly nominated, or who may sit on a body; `pollbook verify` does that.
"""
# fmt: off

from __future__ import annotations

import re
from contextlib import suppress
from itertools import zip_longest
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # when it is run, verify.py has put them here: its GIVEN_OFFICES
    from .verify import (
        HOLDS,
        TYPES,
        canonical,
        compare,
        finding,
        is_signed,
        read_base64,
        read_json,
        read_key,
        read_rows,
        run_file,
    )

Event = dict[str, Any]

# ---- 1. Types of events ----------------------------------------------------------------------------------------------
TABLES = run_file("verify_types.py", {})  # without which this file is of no use: its lack is a finding
ROWS, OFFICE_ROWS, SIGNATURE_ROWS, KEY_ROWS, VERBS = (
    TABLES[of] for of in ("ROWS", "OFFICE_ROWS", "SIGNATURE_ROWS", "KEY_ROWS", "VERBS"))
OFFICER = ("key", "office", "powers", "proof", "until?")
ID, MOMENT, WHOLE = HOLDS["actor"], HOLDS["effective"], HOLDS["number"]
SIGNATURE = "[A-Za-z0-9+/]{86}=="
HELD: Event = {  # what fields hold that is relied on below
    **{name: HOLDS[name] for name in "actor authority batch blind command contest effective election".split()},
    **{name: HOLDS[name] for name in "number officer recorded stream version".split()}, "key": r"\S{1,500}", "verb": ID,
    **dict.fromkeys(("proof", "signature"), SIGNATURE), "officers": [OFFICER],
    **dict.fromkeys("body decision document governing_body nominator nominee organisation person sitting".split(), ID),
    **dict.fromkeys("present powers recused".split(), [ID]), **dict.fromkeys("since start until".split(), MOMENT),
    **dict.fromkeys("attended quorum_needed votes_against votes_for".split(), WHOLE),
    "majority": "of-votes|of-present|two-thirds-of-votes"}
read_rows(ROWS, HELD)
read_rows(KEY_ROWS, {**HELD, "consent": SIGNATURE})
read_rows(OFFICE_ROWS, {**HELD, "office": ID})
read_rows(SIGNATURE_ROWS, {**HELD, "body": "(?s)..+"})

# ---- 2. Verbs --------------------------------------------------------------------------------------------------------
ROOMS, COMES_OF, APART, MUST = dict[str, str](), dict[str, list[str]](), dict[tuple[str, str], set[str]](), set[str]()
for row in VERBS.strip().split("\n"):
    room, verbs = row.split(" ", 1)
    for verb, *words in map(str.split, verbs.split("|")):
        ROOMS[verb.rstrip("!")] = room
        MUST.update({verb[:-1]} if verb[-1] == "!" else ())
        for word in words:
            if word[0] in "-~=":
                APART.setdefault((verb.rstrip("!"), word[0]), set()).add(word[1:])
            else:
                COMES_OF.setdefault(f"{word}.v1", []).append(verb.rstrip("!"))
ALONE = {name for name, verbs in COMES_OF.items() if MUST.issuperset(verbs)}  # types of which each must be signed
NOT_SAID = {"batch", "blind", "command", "recorded", "stream", "type", "version"}  # of the envelope, in no command

# ---- 3. What stands before a command: bodies, keys, powers -----------------------------------------------------------
NEVER = "~"  # sorts after every moment
DELEGATION = "delegation [0-9]+ of [a-z0-9-]+(, decision [a-z0-9-]+)?"
BATCHES, IN_BATCHES = TABLES["BATCHES"], TABLES["IN_BATCHES"]
CLOSES = {closes: opens for opens, closes in BATCHES.items()}
OF_POLL = ("batch-opened.v1", "batch-closed.v1")  # take effect as the poll closed
def signed_by(key: str, name: str, text: str, signature: str) -> bool:
    """Whether a signature in base64 is that of a signed-note key of kind 1, of this name, over a text."""
    with suppress(ValueError):
        _, found, _, raw = read_key("", key, 1, [])
        return found == name and is_signed(raw, text.encode(), read_base64(signature))
    return False
def says(given: Event) -> str:
    """A delegation, as the authority of an act under it."""
    decision = f", decision {given['decision']}" if "decision" in given else ""
    return f"delegation {given['number']} of {given['body']}{decision}"
class Before:
    """All that acts are judged by, as it stood: it is gone on with when a command was judged."""
    def __init__(self, origin: str) -> None:
        self.origin, self.governing, self.elections = origin, "", dict[str, str]()
        self.given, self.ended = dict[str, list[Event]](), dict[tuple[str, int], str]()
        self.keys, self.bodies = dict[str, SimpleNamespace](), dict[str, SimpleNamespace]()
    def note(self, where: str, event: Event) -> None:
        """Go on past an event."""
        name, (kind, of, *_) = event["type"], event["stream"].split("/")
        if kind in ("contest", "nominations") and "election" in event:
            self.elections.setdefault(of, event["election"])
        elif name == "ledger-founded.v1":
            self.governing = event["governing_body"]
        elif name == "power-delegated.v1":
            self.given.setdefault(of, []).append(event)
        elif name == "delegation-revoked.v1":
            which = of, event["number"]
            self.ended[which] = min(event["effective"], self.ended.get(which, NEVER))
        elif kind == "key":
            self.note_key(where, event)
        elif kind == "body":
            self.note_body(name, event)
    def note_key(self, where: str, event: Event) -> None:
        """An officer's key signs for itself; the one that it replaces consents; none is used again."""
        officer, new = event["officer"], event.get("key", "")
        held = self.keys.setdefault(officer, SimpleNamespace(key="", used=[]))
        if (event["type"] == "key-enrolled.v1") == bool(held.key):
            finding("key", where, "a key in force, or none for one to be enrolled", held.key or "none")
        text = f"pollbook officer key v1\n{self.origin}\n{officer}\n{len(held.used) + 1}\n{new}\n"
        if new and (new in held.used or not signed_by(new, officer, text, event["proof"])):
            finding("key", where, f"a key of {officer} never used before, with its signature", new)
        if held.key and "consent" in event and not signed_by(held.key, officer, text, event["consent"]):
            finding("key", where, f"the consent of {held.key}", event["consent"])
        held.key = new
        held.used += [new] * bool(new)
    def note_body(self, name: str, event: Event) -> None:
        body = self.bodies.setdefault(event["body"], SimpleNamespace(terms=[], sittings={}, decisions={}))
        if name == "member-seated.v1":
            body.terms.append([event["person"], event["effective"], event.get("until", NEVER)])
        elif name == "member-unseated.v1":
            for term in body.terms:
                if term[0] == event["person"] and term[1] <= event["effective"] < term[2]:
                    term[2] = event["effective"]
        elif name == "sitting-held.v1":
            body.sittings[event["sitting"]] = event
        elif name == "decision-taken.v1" and event["sitting"] in body.sittings:
            body.decisions[event["decision"]] = event
    def end(self, office: str, given: Event) -> str:
        """The first moment at which a delegation is not in force any more."""
        until: str = given.get("until", NEVER)
        return min(until, self.ended.get((office, given["number"]), NEVER))
    def powers(self, office: str, verbs: list[str], event: Event, *moments: str) -> list[Event]:
        """The delegations of an office of one of these verbs, for what the event is about, in force at all moments."""
        asked, contest = {"all", *verbs, *(ROOMS.get(verb, verb) for verb in verbs)}, event.get("contest")
        election = event.get("election")
        return [one for one in self.given.get(office, []) if asked.intersection(one["powers"])
                and (one["contest"] == contest if "contest" in one else one.get("election", election) == election)
                and all(one["since"] <= moment < self.end(office, one) for moment in moments)]
    def check_decision(self, where: str, event: Event) -> None:
        """What a delegation rests on: a decision that a quorate sitting carried, before it takes effect."""
        body = self.bodies.get(event["body"], SimpleNamespace(decisions={}))
        if (taken := body.decisions.get(event.get("decision"))) is None:
            finding("delegation", where, f"a decision of {event['body']} on record", event.get("decision", "none"))
            return
        sitting, votes, against = body.sittings[taken["sitting"]], taken["votes_for"], taken["votes_against"]
        members = {person for person, since, until in body.terms if since <= sitting["start"] < until}
        there = sitting.get("attended", sum(person in members for person in sitting["present"])) - len(taken["recused"])
        carried = {"of-votes": votes > against, "of-present": 2 * votes > there,
                   "two-thirds-of-votes": 0 < 2 * (votes + against) <= 3 * votes}[taken["majority"]]
        if there < sitting["quorum_needed"] or not carried or event["effective"] < sitting["start"]:
            found = f"{votes} for, {against} against, {there} there at {sitting['start']}"
            finding("delegation", where, f"{taken['decision']} of a quorum, carried, before it takes effect", found)
    def check_delegation(self, where: str, event: Event) -> None:
        """A power is given by a body that decides to, or an office its own; by what governs, or who may pass it on."""
        giver, office, until = event["body"], event["office"], event.get("until", NEVER)
        if not self.governing:
            finding("delegation", where, "a ledger that was founded before", "none")
        elif event["type"] == "power-delegated.v1":
            compare("delegation", f"{where}, number", len(self.given.get(office, [])) + 1, event["number"])
            if not event["effective"] <= event["since"] < until:
                finding("delegation", where, f"a term from {event['effective']} on", f"{event['since']} to {until}")
            if any((one["body"], one.get("decision")) == (giver, event.get("decision", "")) and
                   (office, one["number"]) in self.ended for one in self.given.get(office, [])):
                finding("delegation", where, "another decision than one whose delegation was revoked", "the same")
            for power in event["powers"] if giver != self.governing else ():
                held = self.powers(giver, [power], event, event["effective"], event["recorded"])
                if not any(one["pass_on"] is True and until <= self.end(giver, one) for one in held):
                    finding("delegation", where, f"{power} of {giver}, with leave to pass it on so far", "none")
            if "decision" in event or giver != event["actor"] or giver == self.governing:
                self.check_decision(where, event)
        else:
            known = [one for one in self.given.get(office, []) if one["number"] == event["number"]]
            if not known or self.end(office, known[0]) <= event["effective"]:
                finding("delegation", where, "the revocation of one in force", f"number {event['number']}")
            elif not (own := giver == office == event["actor"]) and giver not in (known[0]["body"], self.governing):
                finding("delegation", where, f"{known[0]['body']}, who gave it, or {self.governing}", giver)
            elif "decision" in event or not own:
                self.check_decision(where, event)

# ---- 4. A command, with all that it led to ---------------------------------------------------------------------------
class Offices(Before):
    """The events, in order. Those side by side with one command are judged together, by what stands before them."""
    def __init__(self, origin: str) -> None:
        super().__init__(origin)
        self.run, self.bodies_signed, self.openers = list[tuple[int, Event]](), dict[str, Event](), dict[str, str]()
        self.acts = self.signed = 0
    def take(self, position: int, event: Event) -> None:
        """One more event; what comes by the thousand has neither command nor authority, but its batch's."""
        last, before = self.run[-1] if self.run else (position, event)
        if (last + 1, before.get("command")) != (position, event.get("command", "")):
            self.judge()
        if event["type"] not in IN_BATCHES:
            self.run.append((position, event))
    def outcome(self) -> str:
        """What to say when all is taken."""
        self.judge()
        if not self.governing:
            return "the ledger is unfounded: everything in it is asserted by whoever recorded it"
        said = f"founded by {self.governing}; {self.acts} acts here, held against powers of their offices"
        return f"{said}, and {self.signed} signatures; who was validly nominated is left to pollbook verify"
    def judge(self) -> None:
        """Check what one command led to, then go on past it."""
        run, self.run, body = self.run, [], None
        events = [one for one in run if not one[1]["type"].startswith("command-signed")]
        founded = next((event for _, event in events if event["type"] == "ledger-founded.v1"), None)
        for position, event in run:
            if event["type"].startswith("command-signed"):
                if body or not events:
                    finding("signature-alone", f"leaf {position}", "one, beside what its command led to", "another")
                body = self.read_signature(f"leaf {position}", event, events, founded) or body
        for number, (position, event) in enumerate(events):
            where, opener = f"leaf {position}, {event['type']}", event.get("command", "")
            of = body or (self.bodies_signed.get(opener) if event["type"] in CLOSES else None)
            if of:
                self.check_as_signed(where, event, of, number)
            elif event["type"] in ALONE and (founded or self.governing):
                finding("unsigned", where, f"the signature of {event['actor']} beside it", "none")
            if founded:
                continue
            closes = event["type"] in CLOSES and self.openers.get(event["stream"]) == opener
            if self.governing and not closes and event["type"] != "disclosure-erased.v1":  # as was ordered with power
                self.check_act(where, event, body or {})
            if event["type"] in ("power-delegated.v1", "delegation-revoked.v1"):
                self.check_delegation(where, event)
            if event["type"] in BATCHES:
                self.openers[event["stream"]] = opener
        if founded:
            self.check_founding(events)
        for position, event in events:
            self.note(f"leaf {position}, {event['type']}", event)
    def read_signature(
            self, where: str, event: Event, events: list[tuple[int, Event]], founded: Event | None) -> Event | None:
        """The command that was signed: by its office, with the key in force, for this log and under this id."""
        try:
            body = read_json(event["body"].encode())
        except (RecursionError, ValueError):
            body = {}
        verb, office = event["verb"], event["actor"]
        held = self.keys.get(office, SimpleNamespace(key="", used=[]))
        key = held.key
        if founded:  # brings its own
            key = next((one["key"] for one in founded["officers"] if one["office"] == office), "")
        if (body.get("verb"), body.get("actor")) != (verb, office) or verb not in ROOMS:
            finding("body-malformed", where, f"a command {verb} by {office}, canonical", event["body"])
            return None
        text = f"pollbook command v1\n{self.origin}\n{event['command']}\n{office}\n{event['body']}\n"
        if event["key"] != key:
            code = "key-revoked" if event["key"] in held.used else "bad-signature"
            finding(code, where, f"one by the key in force, {key or 'of which there is none'}", event["key"])
        elif not signed_by(key, office, text, event["signature"]):
            finding("bad-signature", where, f"that of {key} over command {event['command']}", event["signature"])
        withheld = any("blind" in one for _, one in events)
        compare("signature-audience", f"{where}, whether withheld", withheld, event["type"] != "command-signed.v1")
        if any(one["type"] in BATCHES for _, one in events):
            self.bodies_signed[event["command"]] = body
        self.signed += 1
        return body
    def check_as_signed(self, where: str, event: Event, body: Event, number: int) -> None:
        """What both the command and the event can say, they say alike."""
        verb, name = body["verb"], event["type"]
        if verb not in COMES_OF[name] or (number and verb in MUST and verb != "found-ledger"):
            finding("not-as-signed", where, f"the one event of {verb}", name)
        fields = {field.rstrip("?") for field in TYPES[name][3]}
        asked = fields - NOT_SAID - APART.get((verb, "-"), set()) | fields & {*body}
        if verb == "found-ledger" and number:  # follows from the first: see check_founding
            asked = set()
        for field in sorted(asked - APART.get((verb, "~"), set()) - ({"effective"} if name in OF_POLL else set())):
            said, found = body.get(field), event.get(field)
            if field in APART.get((verb, "="), ()) and isinstance(said, list) and isinstance(found, list):
                said, found = sorted(said, key=str), sorted(found, key=str)
            compare("not-as-signed", f"{where}, {field}", canonical(said).decode(), canonical(found).decode())
        if verb == "read-papers":
            compare("not-as-signed", f"{where}, serial", body.get("serial"), event["stream"].split("/")[-1])
    def check_act(self, where: str, event: Event, body: Event) -> None:
        """An office has the power when the act takes effect and when it is recorded; a batch is as of its poll."""
        verbs = [body["verb"]] if body and body["verb"] in COMES_OF[event["type"]] else COMES_OF[event["type"]]
        election = event.get("election", self.elections.get(event.get("contest", "")))
        about, office = {"contest": event.get("contest"), "election": election}, event["actor"]
        moments = [event["recorded"]] + [event["effective"]] * (event["type"] not in OF_POLL)
        under = [says(one) for one in self.powers(office, verbs, about, *moments)]
        authority = event.get("authority", "delegation 0 of none")
        self.acts += 1
        if not under or (re.fullmatch(DELEGATION, authority) and authority not in under):
            expected = " or ".join(under) or f"a delegation of {' or '.join(verbs)} to {office} in force at {moments}"
            found = authority if under else "; ".join(map(says, self.given.get(office, []))) or "none"
            finding("no-authority", where, expected, found)
    def check_founding(self, events: list[tuple[int, Event]]) -> None:
        """A founding comes first, and leads to the keys and powers of the officers that it names, to nothing else."""
        (position, founded), *made = events
        if position or self.governing or founded["type"] != "ledger-founded.v1":
            finding("founding", f"leaf {position}", "as the first event of the ledger", founded["type"])
            return
        copied, due = "actor authority command effective recorded".split(), list[bytes]()
        alike = {**{name: founded[name] for name in copied if name in founded}, "version": 1}
        for officer in founded["officers"]:
            office = officer["office"]
            key = {"key": officer["key"], "officer": office, "proof": officer["proof"], "stream": f"key/{office}"}
            given = {"body": founded["governing_body"], "number": 1, "office": office, "pass_on": False,
                     "powers": officer["powers"], "since": founded["effective"], "stream": f"office/{office}"}
            given.update({"until": officer["until"]} if "until" in officer else {})
            due += [canonical({**alike, **key, "type": "key-enrolled.v1"}),
                    canonical({**alike, **given, "type": "power-delegated.v1"})]
        found = [canonical(event) for _, event in made]
        for number, (one, other) in enumerate(zip_longest(due, found, fillvalue=b"")):
            compare("founding", f"leaf {number + 1}, of what it names", one.decode(), other.decode())
