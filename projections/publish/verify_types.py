"""The types of events that verify_offices.py judges, and the verbs that lead to them: a file of verify.py, of tables.

    1 types of events, in the notation of verify.py  2 which verb leads to which type

Like the files beside it, it shares no code with the program that writes ledgers.
"""
# fmt: off

# ---- 1. Types of events ----------------------------------------------------------------------------------------------
ROWS = """
public body/{body} body-constituted.v1 1 clause? excluded kind name quorum seats | member-seated.v1 any capacities\
 contest? filled_by person seat section until? | member-unseated.v1 any person reason | sitting-held.v1 any apologies\
 attended? end minutes_digest? place? present quorum_needed sitting start | decision-taken.v1 any abstained amends?\
 about? clause? decision majority motion recused sitting text_digest? votes votes_against votes_for
public candidate/{contest}/{nominee} agent-appointed.v1 any agent | attribute-recorded.v1 any as_of attribute consent?\
 source value | candidate-withdrew.v1 any | nomination-accepted.v1 any | nomination-declined.v1 any |\
 statement-lodged.v1 any characters digest language words
public deferral/{election} decision-deferred.v1 any category? contest? matter statement
public document/{document} document-published.v1 any addressed_to edition election? in_force_from in_force_until? kind\
 organisation sanction? text_digest title words_digest? | document-withdrawn.v1 any in_force_until reason
public fee/{election} fee-set.v1 any amount category clause? closes? concessions currency decision? opens? published
public ground/{election} ground-adopted.v1 any appeal? bar_days? clause? cure_hours? decided_by decision? evidence\
 ground no_appeal? published tests title
public interest/{person} interest-declared.v1 any candidate? contest interest kind since source? |\
 interest-withdrawn.v1 any interest
public ledger/founding ledger-founded.v1 1 clause? governing_body officers title
public nomination/{contest}/{nominator} nomination-received.v1 any irregular? meeting? nominator_class nominee size? |\
 nomination-received-late.v1 any closed nominator_class nominee | nomination-withdrawn.v1 any nominee reason? |\
 nomination-ruled-invalid.v1 any clause? nominee reasons ruling? | nomination-ruled-valid.v1 any clause? nominee\
 reasons ruling?
public nominations/{contest} nominations-opened.v1 1 clause? election office rule seats | nominee-named.v1 any name\
 nominee | class-sized.v1 any as_of measure nominator_class size source | nominations-closed.v1 any closes |\
 ballot-order-committed.v1 any commitment | ballot-order-drawn.v1 any order seed unrevealed witnesses? |\
 statement-published.v1 any as_of_position late nominations persons reason? void | unopposed-declared.v1 any candidates
public nominator/{election}/{nominator} nominator-registered.v1 1 as_of name? nominator_class size? source |\
 entitlement-ended.v1 any clause? reason
restricted person/* member-registered.v1 1 affiliate? category identity joined? lapsed? region? section? unit?
restricted intake/*/* batch-received.v1 1 file register_id rows | batch-reconciled.v1 2 accepted digest file held\
 register_id rejected rows
public rulebook/{organisation} rule-book-adopted.v1 any adopted_by amendable_by clauses decision? in_force_from\
 rulebook text_digest title words_digest? | rule-amended.v1 any adopted_by clause decision? in_force_from rulebook |\
 rule-repealed.v1 any adopted_by decision? in_force_from ref rulebook | interpretation-issued.v1 any cases clause\
 decision? interpretation issued_by number question | guidelines-issued.v1 any clauses decision? edition election?\
 guidelines in_force_from issued_by text_digest title under words_digest?
public timetable/{election} timetable-set.v1 any clause? decision? published steps | step-varied.v1 any category?\
 clause? decision? new old? published reason step
"""
OFFICE_ROWS = """
public office/{office} power-delegated.v1 any body clause? contest? decision? election? number pass_on powers since\
 until? | delegation-revoked.v1 any body clause? decision? number reason
"""
SIGNATURE_ROWS = """
public signature/{command} command-signed.v1 1 body key signature verb
restricted signature/{command} command-signed-withheld.v1 1 body key signature verb
"""
KEY_ROWS = "public key/{officer} key-enrolled.v1 any key proof | key-rotated.v1 any consent key proof"  # more strictly

# Types that open a batch, and those that close it; what comes between, by its thousands, names no command of its own.
BATCHES = {"batch-opened.v1": "batch-closed.v1", "batch-received.v1": "batch-reconciled.v1"}
IN_BATCHES = ("paper-read.v1", "member-registered.v1")

# ---- 2. Verbs --------------------------------------------------------------------------------------------------------
# A room, which is a power over all its verbs; each verb, with ! where it must be signed; the types that it leads to;
# fields of these that are not the command's (-), that it fills in or writes otherwise (~), that it puts in order (=).
VERBS = """
account state-account account-stated
amendment adopt-rule-book rule-book-adopted | amend-rule rule-amended -clause ~clause | repeal-rule rule-repealed
ballot-order commit-ballot-order! ballot-order-committed | draw-ballot-order! ballot-order-drawn ~order =seed
batch withdraw-papers! batch-withdrawn
candidate accept-nomination nomination-accepted | decline-nomination nomination-declined | appoint-agent\
 agent-appointed | lodge-statement statement-lodged -characters -digest -words | record-attribute attribute-recorded |\
 withdraw-candidate candidate-withdrew
contest define-contest contest-defined ~report | close-poll poll-closed
declaration declare-result! result-declared -as_of_position -count -number | correct-result! result-corrected\
 -as_of_position -count -number
deferral defer-decision decision-deferred
delegation delegate-power! power-delegated -number ~since | revoke-delegation! delegation-revoked
document publish-document document-published -edition | withdraw-document document-withdrawn
election call-election election-called | adopt-count-rule count-rule-adopted
fee set-fee fee-set ~closes ~opens ~published
founding found-ledger! key-enrolled ledger-founded power-delegated
ground adopt-ground ground-adopted ~published
guidelines issue-guidelines guidelines-issued -edition | issue-interpretation interpretation-issued -number
heads record-stream-heads stream-heads-recorded -as_of_position -root -streams
interest declare-interest interest-declared ~since | withdraw-interest interest-withdrawn
key enrol-key! key-enrolled | rotate-key key-rotated | revoke-key! key-revoked
log-key rotate-log-key log-key-rotated
lot commit-lot! lot-committed | draw-lot! lot-drawn -as_of_position -purpose -stage -tied ~order =seed
member register-members! batch-received batch-reconciled member-registered -accepted -affiliate -category -digest\
 -held -identity -joined -lapsed -region -rejected -section -unit
nomination receive-nomination nomination-received nomination-received-late -closed -irregular -nominator_class -size |\
 withdraw-nomination nomination-withdrawn -nominee
nomination-ruling rule-nomination-invalid nomination-ruled-invalid -nominee | rule-nomination-valid\
 nomination-ruled-valid -nominee
nominations open-nominations nominations-opened | name-nominee nominee-named | size-class class-sized |\
 close-nominations nominations-closed -closes
nominator register-nominator nominator-registered | end-entitlement entitlement-ended
paper read-papers! batch-closed batch-opened paper-read -contents -count -digest -marks -provenance -total
person record-person person-recorded ~identity | order-erasure erasure-ordered | confirm-erasure disclosure-erased\
 ~digests
report make-report! report-made -as_of_position
result order-recount recount-ordered -number | annul-result! result-annulled | publish-figures figures-published
seat constitute-body body-constituted | seat-member member-seated | unseat-member member-unseated
sitting hold-sitting sitting-held -quorum_needed | take-decision decision-taken
statement publish-statement statement-published -as_of_position -late -nominations -void ~persons | declare-unopposed!\
 unopposed-declared
timetable set-timetable timetable-set ~published ~steps | vary-step step-varied -new -old ~new ~published
totals certify-totals! totals-certified
"""
