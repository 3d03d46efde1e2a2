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
public fee/{election} fee-set.v1 any amount body? category clause? closes? concessions currency decision? opens?\
 published
public ground/{election} ground-adopted.v1 any appeal? bar_days? body? clause? cure_hours? decided_by decision?\
 evidence ground no_appeal? published tests title
public interest/{person} interest-declared.v1 any candidate? contest interest kind since source? |\
 interest-withdrawn.v1 any interest
public ledger/founding ledger-founded.v1 1 clause? governing_body kept officers title
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
public rulebook/{organisation} rule-book-adopted.v1 any adopted_by amendable_by clauses decision? in_force_from\
 rulebook text_digest title words_digest? | rule-amended.v1 any adopted_by clause decision? in_force_from rulebook |\
 rule-repealed.v1 any adopted_by decision? in_force_from ref rulebook | interpretation-issued.v1 any cases clause\
 decision? interpretation issued_by number question | guidelines-issued.v1 any clauses decision? edition election?\
 guidelines in_force_from issued_by text_digest title under words_digest?
public timetable/{election} timetable-set.v1 any body? clause? decision? published steps | step-varied.v1 any body?\
 category? clause? decision? new old? published reason step
"""
ROLL_ROWS = """
restricted access/* access-logged.v1 any purpose rows subject? what
restricted admission/{election}/{number} admission-opened.v1 any franchise | admission-closed.v1 any admitted changed\
 digest not_admitted
restricted agreement/* change-agreed.v1 any agreed election? follows person reason terms
contest analysis/{contest} analysis-published.v1 any as_of_position certificate effect? engine kind number question\
 verdict
restricted appeal/{case}/{ruling} appeal-lodged.v1 any by election grounds person statement | appeal-received-late.v1\
 any appeal_by by election grounds person statement | appeal-attempted.v1 any by election grounds no_appeal person\
 statement | leave-granted.v1 any reason | leave-refused.v1 any reason | reviewers-assigned.v1 any reviewers |\
 evidence-pack-disclosed.v1 any items text_digest withheld | hearing-held.v1 any manner notice present record_digest\
 represented | appeal-determined.v1 any abstained? answers outcome person reasons reasons_words votes_against votes_for\
 | remedy-ordered.v1 any contest? due? entry? number reason? remedy | remedy-done.v1 any number proof |\
 appeal-withdrawn.v1 any request_digest?
restricted application/* application-received.v1 any category channel concession? currency declaration election\
 fee_due fee_version identity received region? unit? | application-received-late.v1 any category channel closed\
 declaration? election identity received region? unit? | fee-received.v1 any amount currency day payment |\
 fee-failed.v1 any amount currency day payment | fee-refunded.v1 any amount currency day payment | fee-retained.v1 any\
 amount currency day | checks-run.v1 any checks edition? matcher? | cure-invited.v1 any deadline grounds notice served\
 tests? | cure-supplied.v1 any grounds late received supplied | cure-lapsed.v1 any grounds | application-referred.v1\
 any case? ground reason | referral-cleared.v1 any ground reason | application-admitted.v1 any category decided_by\
 franchise region? section tests unit? | application-lapsed.v1 any cause grounds | application-refused.v1 any basis\
 election grounds ruling | application-refusal-reversed.v1 any basis election ruling | application-withdrawn.v1 any\
 fee_action request_digest?
restricted build/{election}/{build} roll-build-opened.v1 any as_of_position franchise | roll-build-closed.v1 any\
 accepted digest failed held rows sections
restricted case/{case} case-opened.v1 any about? candidates conduct? detection election grounds person referred_by\
 search? subject | evidence-added.v1 any captured description digest disclosure evidence evidence_class given_by person\
 withheld_because? | evidence-withdrawn.v1 any evidence reason | case-notice-served.v1 any channel evidence grounds\
 reply_by text_digest | reply-received.v1 any person reply | interim-measure-taken.v1 any decision? measure panel?\
 reason until | interim-measure-lifted.v1 any reason | case-allocated.v1 any among method panel reason? turn?\
 witnesses? | member-recused.v1 any member reason required | case-closed.v1 any reason | case-reopened.v1 any basis?\
 reason | consent-given.v1 any by ruling text_digest | consent-withdrawn.v1 any ruling | case-linked.v1 any incident\
 signal | ruling-made.v1 any abstained appeal? check_version? decided_by effects evidence findings interim_reason?\
 late_replies no_appeal? outcome panel? papers person reasons reasons_key reasons_words recused replies reviewed_by?\
 ruling sitting? votes_against votes_for | ruling-notified.v1 any appeal_by? channel contains ruling text_digest |\
 ruling-corrected.v1 any person reason reasons reasons_key reasons_words ruling
restricted certificate/{register_id}/{file} list-certified.v1 any affiliate as_of declared? due? levy? rows
restricted checks/{election}/* checks-opened.v1 any barred_file? checks edition? matcher number on? register_file?\
 years? | checks-closed.v1 any applications changed digest outcomes
restricted docket/{election}/* case-docketed.v1 any case grounds | case-undocketed.v1 any case
restricted entry/{election}/* entry-added.v1 any affiliate? basis category number region? section source unit? |\
 entry-amended.v1 any basis? cause field new? number old? | entry-removed.v1 any basis? cause number |\
 entry-restored.v1 any basis? cause number
restricted erasures/{register_id} erasures-ordered.v1 any as_of_position basis kept | disclosures-erased.v1 any\
 digests | erasures-confirmed.v1 any disclosures
public franchise/{election} franchise-adopted.v1 any clause? decision? rule
public freezes/rolls freeze-listed.v1 any election
restricted incident/{incident} incident-opened.v1 any election kind title | incident-closed.v1 any finding
restricted intake/{register_id}/{file} batch-received.v1 any affiliate? declared? levy? rows | batch-reconciled.v1 any\
 accepted amended? digest held rejected rows
restricted invitation/{election}/{number} invitation-opened.v1 any curable franchise notice served zone |\
 invitation-closed.v1 any applications changed digest invited not_invited
contest issue/{contest}/{section} papers-issued.v1 any as_of_position channel count first_serial? roll_version
restricted issued/{contest}/* paper-issued.v1 any basis? number reason | paper-reissued.v1 any number reason |\
 paper-cancelled.v1 any basis? cause number | paper-set-aside.v1 any basis number | paper-unlinked.v1 any basis number\
 why | set-aside-reversed.v1 any basis number
restricted lapse/{election}/{number} lapse-opened.v1 any franchise | lapse-closed.v1 any changed digest lapsed\
 not_lapsed
public linkage/{contest} linkage-sealed.v1 any custodian digest until | linkage-destroyed.v1 any how
restricted marks/{contest}/{file} marks-received.v1 any rows | marks-reconciled.v1 any accepted digest duplicates held\
 rejected rows
restricted merge/* persons-merged.v1 any basis kept matcher? score? | merge-undone.v1 any reason
restricted payment/* payment-matched.v1 any application kind
restricted payments/{election}/{file} payments-received.v1 any rows | payments-reconciled.v1 any digest rows sums
restricted person/* member-registered.v1 1 affiliate? category declaration? identity joined? lapsed? levy? region?\
 section? unit? | member-amended.v1 any affiliate? category declaration? identity joined? lapsed? levy? region?\
 section? unit? | membership-changed.v1 any category? change on unit? | member-suspended.v1 any body? clause decision?\
 on until? voting | suspension-lifted.v1 any body? decision? on | member-expelled.v1 any body? clause decision? on |\
 member-readmitted.v1 any body? decision? on | office-held.v1 any area? office on source | office-ceased.v1 any area?\
 office on source
public procedure/{election} procedure-adopted.v1 any appeal_days body? clause? days decision? hearing_hours holidays\
 interim_days? published reasons_words reply_hours reviewers zone
restricted returned/{contest}/* return-marked.v1 any channel? day number | duplicate-return-held.v1 any channel? day\
 number
public roll/{election} roll-frozen.v1 any as_of_position entries open_batches published reason? roll_version root\
 sections | roll-certified.v1 any as_of_position open_batches open_cases reason? roll_version root statement |\
 register-inspected.v1 any finding outside_period reason? requested_by requested_on
restricted roll/{election} roll-counted.v1 any cells roll_version | roll-copy-supplied.v1 any purpose recipient\
 roll_version rows
restricted rota/{election} rota-turn-taken.v1 any among case turn
public ruling-figures/{election} ruling-figures-published.v1 any
restricted vault/* retention-held.v1 any ground hold | retention-released.v1 any hold | subject-access-fulfilled.v1\
 any checked disclosures events withheld
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
BATCHES = {
    "admission-opened.v1": "admission-closed.v1", "batch-opened.v1": "batch-closed.v1", "batch-received.v1":
    "batch-reconciled.v1", "checks-opened.v1": "checks-closed.v1", "invitation-opened.v1": "invitation-closed.v1",
    "lapse-opened.v1": "lapse-closed.v1", "marks-received.v1": "marks-reconciled.v1", "payments-received.v1":
    "payments-reconciled.v1", "roll-build-opened.v1": "roll-build-closed.v1"}
IN_BATCHES = (
    "paper-read.v1", "application-admitted.v1", "application-lapsed.v1", "application-received-late.v1",
    "application-received.v1", "checks-run.v1", "cure-invited.v1", "duplicate-return-held.v1", "entry-added.v1",
    "fee-failed.v1", "fee-received.v1", "fee-refunded.v1", "member-amended.v1", "member-registered.v1",
    "payment-matched.v1", "return-marked.v1")

# ---- 2. Verbs --------------------------------------------------------------------------------------------------------
# A room, which is a power over all its verbs; each verb, with ! where it must be signed; the types that it leads to;
# fields of these that are not the command's (-), that it fills in or writes otherwise (~), that it puts in order (=).
VERBS = """
access log-access access-logged
account state-account account-stated
admission admit-application application-admitted -category -decided_by -franchise -region -section -tests -unit |\
 admit-applications! admission-closed admission-opened application-admitted -admitted -category -changed -decided_by\
 -digest -franchise -not_admitted -region -section -tests -unit
agreement agree-to-change! change-agreed -follows ~reason
allocation allocate-case case-allocated rota-turn-taken -election -turn
amendment adopt-rule-book rule-book-adopted | amend-rule rule-amended -clause ~clause | repeal-rule rule-repealed
analysis publish-analysis! analysis-published -as_of_position -effect -engine -kind -number
appeals lodge-appeal appeal-attempted appeal-lodged appeal-received-late -appeal_by -election -no_appeal -person\
 ~statement | grant-leave leave-granted | refuse-leave leave-refused | withdraw-appeal appeal-withdrawn
applications receive-applications! application-received application-received-late batch-received batch-reconciled\
 -accepted -affiliate -amended -category -channel -closed -concession -currency -declaration -declared -digest -fee_due\
 -fee_version -held -identity -levy -received -region -register_id -rejected -unit
applying receive-application application-received application-received-late -closed -currency -fee_due -fee_version\
 ~identity | withdraw-application application-withdrawn
ballot-order commit-ballot-order! ballot-order-committed | draw-ballot-order! ballot-order-drawn ~order =seed
batch withdraw-papers! batch-withdrawn
candidate accept-nomination nomination-accepted | decline-nomination nomination-declined | appoint-agent\
 agent-appointed | lodge-statement statement-lodged -characters -digest -words | record-attribute attribute-recorded |\
 withdraw-candidate candidate-withdrew
cases open-case case-docketed case-opened ~search | recuse-member member-recused | close-case case-closed\
 case-undocketed -election
certificate certify-list! list-certified
checks run-checks! checks-closed checks-opened checks-run -applications -changed -digest -outcomes
consent give-consent consent-given | withdraw-consent consent-withdrawn
contest define-contest contest-defined ~report | close-poll poll-closed
cure invite-cure cure-invited -deadline -tests | supply-cure cure-supplied -late ~supplied | lapse-cure cure-lapsed |\
 lapse-application application-lapsed -cause -grounds
cures invite-cures! cure-invited invitation-closed invitation-opened -applications -changed -curable -deadline -digest\
 -franchise -grounds -invited -not_invited -tests | lapse-applications! application-lapsed lapse-closed lapse-opened\
 -cause -changed -digest -franchise -grounds -lapsed -not_lapsed
declaration declare-result! result-declared -as_of_position -count -number | correct-result! result-corrected\
 -as_of_position -count -number
deferral defer-decision decision-deferred
delegation delegate-power! power-delegated -number ~since | revoke-delegation! delegation-revoked
discipline suspend-member member-suspended | lift-suspension suspension-lifted | expel-member member-expelled |\
 readmit-member member-readmitted
document publish-document document-published -edition | withdraw-document document-withdrawn
election call-election election-called | adopt-count-rule count-rule-adopted
entries add-entry entry-added -number
entry-changes amend-entry entry-amended -old | remove-entry entry-removed | restore-entry entry-restored
erasures order-erasures disclosures-erased erasures-confirmed erasures-ordered -as_of_position -digests -disclosures\
 -kept
evidence add-evidence evidence-added -person ~description | withdraw-evidence evidence-withdrawn | serve-case-notice\
 case-notice-served -grounds ~reply_by | receive-reply reply-received -person ~reply | take-interim-measure\
 interim-measure-taken -panel | lift-interim-measure interim-measure-lifted
fee set-fee fee-set ~closes ~opens ~published
founding found-ledger! key-enrolled ledger-founded power-delegated
franchise adopt-franchise franchise-adopted
freeze freeze-roll freeze-listed roll-counted roll-frozen -as_of_position -cells -entries -open_batches -roll_version\
 -root -sections ~published | certify-roll! roll-certified -as_of_position -open_batches -open_cases -roll_version\
 -root ~entries ~sections
ground adopt-ground ground-adopted ~published
guidelines issue-guidelines guidelines-issued -edition | issue-interpretation interpretation-issued -number
hand-check check-application! checks-run -checks -edition -matcher ~checks
heads record-stream-heads stream-heads-recorded -as_of_position -root -streams
incident open-incident incident-opened | link-case case-linked | close-incident incident-closed
inspection supply-roll-copy roll-copy-supplied | inspect-register register-inspected -outside_period
interest declare-interest interest-declared ~since | withdraw-interest interest-withdrawn
issue issue-papers! papers-issued -as_of_position
key enrol-key! key-enrolled | rotate-key key-rotated | revoke-key! key-revoked
linkage seal-linkage! linkage-sealed | destroy-linkage! linkage-destroyed
log-key rotate-log-key log-key-rotated
lot commit-lot! lot-committed | draw-lot! lot-drawn -as_of_position -purpose -stage -tied ~order =seed
member register-members! batch-received batch-reconciled member-amended member-registered -accepted -amended -category\
 -declaration -digest -held -identity -joined -lapsed -region -rejected -section -unit
membership-change change-membership membership-changed | hold-office office-held | cease-office office-ceased -area
merge merge-persons persons-merged | undo-merge merge-undone
nomination receive-nomination nomination-received nomination-received-late -closed -irregular -nominator_class -size |\
 withdraw-nomination nomination-withdrawn -nominee
nomination-ruling rule-nomination-invalid nomination-ruled-invalid -nominee | rule-nomination-valid\
 nomination-ruled-valid -nominee
nominations open-nominations nominations-opened | name-nominee nominee-named | size-class class-sized |\
 close-nominations nominations-closed -closes
nominator register-nominator nominator-registered | end-entitlement entitlement-ended
notification notify-ruling application-refusal-reversed application-refused entry-removed entry-restored\
 paper-cancelled paper-set-aside paper-unlinked ruling-notified -appeal_by -basis -cause -contest -election -grounds\
 -number -why | correct-ruling ruling-corrected -person -reasons_key -reasons_words ~reasons
paper read-papers! batch-closed batch-opened -contents -count -digest -provenance -total
paper-handling issue-paper paper-issued | reissue-paper paper-read paper-reissued -marks -provenance | cancel-paper\
 paper-cancelled
payment receive-fee fee-received payment-matched -kind | fail-fee fee-failed payment-matched -kind | refund-fee\
 fee-refunded payment-matched -kind | retain-fee fee-retained -currency
payments receive-payments! payments-received payments-reconciled -digest -sums
person record-person person-recorded ~identity | order-erasure erasure-ordered | confirm-erasure disclosure-erased\
 ~digests
procedure adopt-procedure procedure-adopted ~published
referral refer-application application-referred ~reason | clear-referral referral-cleared ~reason
remedies order-remedy remedy-ordered -number ~due | do-remedy application-refusal-reversed entry-restored paper-issued\
 remedy-done set-aside-reversed -basis -cause -contest -election -reason ~number
reopening reopen-case case-docketed case-reopened -election -grounds
report make-report! report-made -as_of_position
result order-recount recount-ordered -number | annul-result! result-annulled | publish-figures figures-published
retention hold-retention retention-held | release-retention retention-released | fulfil-subject-access\
 subject-access-fulfilled
returned mark-returns! duplicate-return-held marks-received marks-reconciled return-marked -accepted -channel -day\
 -digest -duplicates -held -number -rejected
review assign-reviewers reviewers-assigned | disclose-evidence-pack evidence-pack-disclosed | hold-hearing\
 hearing-held | determine-appeal! appeal-determined -person -reasons_words ~reasons
roll-build build-roll! entry-added roll-build-closed roll-build-opened -accepted -affiliate -basis -category -digest\
 -failed -held -number -region -rows -section -sections -source -unit
ruling-figures publish-ruling-figures ruling-figures-published
rulings make-ruling! ruling-made -person -reasons_key -reasons_words -ruling ~reasons
seat constitute-body body-constituted | seat-member member-seated | unseat-member member-unseated
sitting hold-sitting sitting-held -quorum_needed | take-decision decision-taken
statement publish-statement statement-published -as_of_position -late -nominations -void ~persons | declare-unopposed!\
 unopposed-declared
timetable set-timetable timetable-set ~published ~steps | vary-step step-varied -new -old ~new ~published
totals certify-totals! totals-certified
"""
