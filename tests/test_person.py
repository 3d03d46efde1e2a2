"""Persons recorded, and what the vault holds on them erased."""

from __future__ import annotations

import pytest
from scenario import RECORD_PERSON, Given, but, given, happened

from ledger.decision import Command, fold
from ledger.event import Plain
from ledger.retention_figures import RetentionFigures
from ledger.streams.person import (
    DISCLOSURES_MAX,
    ConfirmErasure,
    DisclosureErased,
    Erasure,
    ErasureOrdered,
    OrderErasure,
    Person,
    PersonRecorded,
)

ORDER = OrderErasure(person="p1", basis="right-to-erasure")
DIGESTS = tuple(f"{number:043d}" for number in range(2 * DISCLOSURES_MAX + 1))
ADA = {"name": "Ada Lovelace", "email": "ada@example.org"}


def known(*commands: Command) -> Given:
    """What was decided before, of somebody who had no part in any election."""
    return given(*commands, figures=RetentionFigures(9))


def confirm(count: int) -> ConfirmErasure:
    return ConfirmErasure(person="p1", digests=DIGESTS[:count])


def test_records_a_person_whose_identity_is_one_private_value() -> None:
    given().when(RECORD_PERSON).then(happened(PersonRecorded, "person/p1", identity=Plain(ADA)))


def test_refuses_a_person_of_an_id_that_is_taken() -> None:
    known(RECORD_PERSON).when(RECORD_PERSON).then_refused("person-exists")


def test_says_nothing_of_who_somebody_is_when_it_refuses() -> None:
    refused = known(RECORD_PERSON).when(RECORD_PERSON).then_refused("person-exists")
    assert not any(word in str(refused) for word in ("Ada", "Lovelace", "ada@"))


def test_orders_an_erasure() -> None:
    known(RECORD_PERSON).when(ORDER).then(happened(ErasureOrdered, "erasure/p1", basis="right-to-erasure"))


def test_refuses_an_erasure_of_somebody_unknown() -> None:
    known(RECORD_PERSON).when(but(ORDER, person="p2")).then_refused("unknown-person")


def test_orders_nothing_while_an_erasure_is_under_way() -> None:
    known(RECORD_PERSON, ORDER).when(but(ORDER, basis="court-order")).then()


def test_confirms_an_erasure_with_the_digests_of_what_is_gone() -> None:
    known(RECORD_PERSON, ORDER).when(confirm(2)).then(happened(DisclosureErased, "erasure/p1", 2, digests=DIGESTS[:2]))


def test_confirms_an_erasure_of_somebody_on_whom_nothing_was_held() -> None:
    known(RECORD_PERSON, ORDER).when(confirm(0)).then(happened(DisclosureErased, "erasure/p1", 2, digests=()))


def test_spreads_many_digests_over_several_events() -> None:
    pages = (DIGESTS[:DISCLOSURES_MAX], DIGESTS[DISCLOSURES_MAX : 2 * DISCLOSURES_MAX], DIGESTS[2 * DISCLOSURES_MAX :])
    known(RECORD_PERSON, ORDER).when(confirm(len(DIGESTS))).then(
        *(happened(DisclosureErased, "erasure/p1", 2 + n, digests=page) for n, page in enumerate(pages))
    )


def test_refuses_to_confirm_an_erasure_nobody_ordered() -> None:
    known(RECORD_PERSON).when(confirm(1)).then_refused("no-erasure-ordered")


def test_refuses_to_confirm_an_erasure_twice() -> None:
    known(RECORD_PERSON, ORDER, confirm(1)).when(confirm(1)).then_refused("no-erasure-ordered")


def test_orders_a_second_erasure_once_the_first_is_done() -> None:
    known(RECORD_PERSON, ORDER, confirm(1)).when(ORDER).then(
        happened(ErasureOrdered, "erasure/p1", 3, basis="right-to-erasure")
    )


def test_a_person_does_not_evolve_by_an_event_of_another_stream() -> None:
    foreign = happened(ErasureOrdered, "person/p1", basis="court-order")
    with pytest.raises(TypeError, match=r"erasure-ordered\.v1 does not belong to a person"):
        fold(Person("person/p1"), [foreign])


def test_an_erasure_does_not_evolve_by_an_event_of_another_stream() -> None:
    foreign = happened(PersonRecorded, "erasure/p1", identity=Plain(ADA))
    with pytest.raises(TypeError, match=r"person-recorded\.v1 does not belong to an erasure"):
        fold(Erasure("erasure/p1"), [foreign])
