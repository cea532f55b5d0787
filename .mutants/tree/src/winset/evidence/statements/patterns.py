"""The patterns that decide a statement's kind, a name for each.

``CUE_RULES`` are matched at the verb of saying alone; the others are searched for in the words of
the statement. Words in angle brackets stand for the lists below. Apostrophes are straight; upper
and lower case count the same.
"""

import re
from dataclasses import dataclass

from winset.case.parts import StatementKind


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that tells a kind."""

    kind: StatementKind
    name: str
    pattern: re.Pattern[str]


_LISTS = {
    "WE": r"\b(?:i|we|he|she|they|it|(?:our|my|his|her|their|its|the) (?:\w+ ){1,2}?)\s*"
    r"(?:(?:\w+ly|also|all|still|do|does|did|would|will|not|have|has|'d|'ll)\s+)*",
    "WONT": r"(?:(?:will|shall|would|can|could|'ll)(?:\s+(?:never|not)|n't)|won't|shan't|cannot"
    r"|can't"
    r"|never(?=\s+(?:again\s+)?[a-z]+\b(?<!ed))|(?:is|are|am|'re|'m) (?:not|never) going to)",
    "YIELD": r"(?:accept|agree|allow|permit|tolerate|stand for|recogni[sz]e|negotiate|talk|sit|meet"
    r"|sign|yield|cede|surrender|give (?:up|in|away|way)|hand over|abandon|compromise|bargain|vote"
    r"|support|back|concede|relinquish|part with|withdraw|retreat|sell|bow|capitulate|waive|divide"
    r"|share|discuss|join|ratify|endorse|settle|let|submit|consent|budge|renounce|trade|dismantle"
    r"|disarm|leave|lose|open|enter|return|take part|forgo|forget|forgive|stop|kneel|cross"
    r"|be (?:part|bound|bullied|blackmailed|intimidated|dictated))",
    # Acts that harm their target.
    "HARM": r"(?:strike|attack|destroy|retaliat\w+|punish|crush|bomb|shell|invade|seize|cut off"
    r"|shut (?:\w+ )?(?:down|off)|veto|bring (?:\w+ ){0,3}?down|topple|secede|quit|walk out|boycott"
    r"|sanction|impose|march on|expel|regret|suffer|hit back|fight|wipe|sink|shoot|kill|tear up"
    r"|go on strike|(?:take|use|answer|respond|reply) (?:\w+ ){0,4}(?:by"
    r"|with) (?:\w+ )?(?:force|fire|arms)"
    r"|use force|bring (?:\w+ ){0,3}(?:into|onto|to) the streets?)",
    # Acts that count as harm only in a warning or a condition.
    "LOSS": r"(?:(?:leave|withdraw from|pull out of|walk away from) (?:the |these "
    r"|all )?(?:\w+ )?(?:talks|table"
    r"|negotiations|coalition|government|union|treaty|alliance|pact|deal|agreement)|resign"
    r"|close|shut"
    r"|tax|mobili[sz]e|block|sue|break|burn|hit|respond|arrest|abandon|escalate|march|paraly[sz]e"
    r"|down tools|dissolve|take|walk away|pull out)",
    "TALE": r"(?:claims?|allegations?|accusations?|charges?|reports?|rumou?rs?|suggestions?"
    r"|stor(?:y|ies)|notion|assertions?|idea|insinuations?|speculation)",
    "FALSE": r"(?:untrue|not (?:simply |quite |at all )?true|false|(?:all |a )?lies?|baseless"
    r"|groundless|unfounded|without (?:any )?foundation|fabricat\w+|nonsense|propaganda|fiction"
    r"|absurd|fake|invent(?:ed|ions?)|slander|smears?)",
    "WRONGED": r"(?:broken|violated|sabotaged|betrayed|poisoned|undermined|derailed|wrecked"
    r"|breached"
    r"|reneged|lied|ruined|caused|cheated|obstructed|torpedoed|stalled|failed|deceived|provoked"
    r"|squandered|destroyed|stolen)",
    "DEAL": r"(?:deal|agreement|accord|treaty|talks?|negotiations?|settlement|peace|compromise"
    r"|concessions?|cease-?fire|signature|dialogue|pact|truce|bargain|vote|budget|retreat"
    r"|recognition|surrender|return|exceptions?|turning back)",
    "DONE": r"(?:\w+ed|spoke|met|gave|took|saw|told|went|made|knew|wrote|sent|paid|bought|sold"
    r"|shot)",
    "PARTICIPLE": r"(?:\w+(?:ed|en|wn|ne)|been|had|said|paid|made|met|sent|sold|bought|held|told"
    r"|sought|struck|built|kept|left|lost|read|put|hidden|got)",
}  # fmt: skip


def _rules(kind: StatementKind, **patterns: str) -> tuple[Rule, ...]:
    rules = []
    for name, pattern in patterns.items():
        for word, inner in _LISTS.items():
            pattern = pattern.replace(f"<{word}>", inner)
        rules.append(Rule(kind, name.replace("_", " "), re.compile(pattern, re.IGNORECASE)))
    return tuple(rules)


CUE_RULES = (
    *_rules(
        "denial",
        denies=r"(?:den(?:y|ies|ied|ying)(?! \w+ \w+ (?:entry|access))|refut|rebut|disavow"
        r"|disput\w+ that)\w*",
        rejects_tale=r"(?:reject|dismiss|disput|brush|shrug|scoff)\w*(?: \w+){0,3}? <TALE>\b",
        calls_false=r"(?:call|label|brand|term)(?:s|ed|l?ing)?\b.{1,60}?\b<FALSE>\b",
    ),
    *_rules(
        "red line",
        rules_out=r"(?:rul(?:e|es|ed|ing) out|preclud\w+)\b",
        refuses=r"refus\w+ to\s+(?:\w+\s+)?<YIELD>\b",
        rejects_any=r"reject\w* (?:any|all|every)\b",
        forbids=r"(?:bar|bars|barred|barring|forbid\w*|forbade|prohibit\w*|ban|bans|banned"
        r"|banning)\b",
    ),
    *_rules(
        "threat",
        threatens=r"threaten(?:s|ed|ing)?\b",
        vows=r"(?:vow|swear|swore|pledge|promise)\w* (?:to|that \w+ (?:will"
        r"|would)) (?:\w+\s+)?<HARM>\b",
        warns=r"warn\w*\b.{0,80}?(?:\b(?:consequences|repercussions|reprisals|price)\b"
        r"|\b(?:will|would|shall)\s+(?:\w+\s+)?(?:<HARM>|<LOSS>)\b)",
    ),
    *_rules(
        "blame",
        blames=r"(?:blam|accus|condemn|denounc|criticis|criticiz|castigat|decr(?:y|i)|fault)\w*",
        charges=r"charg\w+ .{1,40}?\bwith \w+ing\b|attribut\w+ .{1,60}?\bto\b|pin\w* .{1,40}?\bon\b"
        r"|h(?:o|e)lds? .{1,50}?\bresponsible\b",
    ),
    *_rules(
        "position",
        wants=r"(?:want|wish|prefer|desir|seek|sought|need|intend)\w*",
        favours=r"(?:favou?r|support|back|endors|advocat|welcom)\w*",
        opposes=r"(?:oppos|object\w* to|reject)\w*",
        demands=r"(?:demand|call\w* (?:for|on|upon)|urg|insist\w* on|ask\w* for"
        r"|appeal\w* (?:for|to)"
        r"|propos)\w*",
        agrees=r"(?:agree[sd]? (?:to|on|with)|accept\w*|offer\w*)\b",
    ),
)
RED_LINES = _rules(
    "red line",
    named=r"\b(?:is|are|remains?|draws?|drew|drawn|our|my)\s+(?:\w+\s+)?red lines?\b",
    forbidden=r"\b(?:is|are|was|were|remains?|be|'s|'re)\s+(?!should|to\b|not\b)(?:\w+\s+)?"
    r"(?:forbidden|prohibited|banned|unacceptable|inadmissible|impermissible|non-negotiable"
    r"|off[- ]limits|taboo)\b|\bnot (?:allowed|permitted|acceptable)\b",
    not_negotiable=r"\b(?:not|n't|never) (?:be )?(?:negotiable|(?:up |open )?(?:for"
    r"|to) (?:negotiation"
    r"|discussion|debate|sale|bargaining)|on the table)\b|\boff the table\b|\bout of the question\b"
    r"|\bnon-?starter\b",
    never_yields=r"<WONT>\s+(?:(?!to\b)\w+\s+){0,2}?<YIELD>\b",
    no_one_yields=r"\bno(?:body| one|ne of \w+)?(?:\s+[\w']+){0,6}?\s+(?:will|would|can|could"
    r"|shall)"
    r"(?:\s+\w+)?\s+<YIELD>\b",
    neither_yields=r"\bneither\b.{1,80}?\bnor\b.{1,60}?\b(?:will|would|can|could"
    r"|shall)\s+(?:ever\s+)?"
    r"<YIELD>\b",
    no_deal_without=r"\bno <DEAL>\s+(?:without|unless|until|while|as long as|so long as|before)\b",
    there_can_be_no=r"\bthere (?:can|will|must|shall|would) be no (?:\w+ )?<DEAL>\b"
    r"|\bthere is no (?:way that|question of)\b",
    refuses=r"\b(?:refus(?:e|es|ed|ing|al)) to\s+(?:\w+\s+)?<YIELD>\b",
    rules_out=r"(?<!not )(?<!n't )(?<!never )(?<!without )\brul(?:e|es|ed|ing) out\b",
    under_no_circumstances=r"\bunder no (?:circumstances?|conditions?)\b|\bat no price\b"
    r"|\bon no account\b|\bin no event\b",
    rejects_any=r"\breject(?:s|ed|ing)? (?:any|every)\b",
    must_not=r"\bmust (?:not(?! only)|never)\b|\bmustn't\b|\bmay never\b",
    nothing_less=r"\bnothing less than\b|\bnot settle for (?:less|anything)\b",
    does_not_yield=r"\b(?:do|does)(?: not|n't) (?:negotiate|bargain|surrender|yield|compromise"
    r"|recogni[sz]e|deal with|talk to|bow)\b",
    no_further=r"\bno further\b(?=\s*[:;,.!—-]|$)",
)
THREATS = _rules(
    "threat",
    threatens=r"\bthreaten(?:s|ed|ing)? (?:to|that|with)\b",
    vows=r"\b(?:vow|swear|swore|pledge)\w* to (?:\w+\s+)?<HARM>\b",
    will_harm=r"\b(?:will|shall|'ll|going to)\s+(?:(?!not\b|never\b|be\b)\w+\s+){0,2}?<HARM>\b",
    price=r"\bpay (?:dearly|(?:a|the|any) (?:\w+\s+){0,2}(?:price|penalty)\b)|\b(?:heavy"
    r"|steep) price\b",
    consequences=r"\b(?:will|would|shall|must)\s+(?:be|have|face|suffer)\s+(?:\w+\s+){0,3}?"
    r"(?:consequences|repercussions|reprisals|retaliation)\b",
    force=r"\b(?:met|answered|repelled) (?:with|by) (?:\w+\s+)?(?:force|fire|arms)\b",
    options=r"\ball options\b.{0,20}\btable\b|\bmilitary option\b",
    right_to_respond=r"\breserves? the right to (?:respond|retaliate|act|defend|strike|answer)\b",
    or_else=r"\bor (?:we|i|you|they|there) (?:will |shall |'ll )?(?:<HARM>|<LOSS>|see|learn|be)\b"
    r"|\bor else\b",
    not_safe=r"\bwill (?:not|never) (?:\w+ )?(?:be|sleep|feel) (?:\w+ )?(?:safe|secure)\b",
    to_lose=r"\bwill have (?:his|her|their|its|your) \w+ \w+(?:ed|en|n)\b",
)
# In the then-part of a condition, or in a warning.
CONDITIONAL_THREATS = (
    *THREATS,
    *_rules(
        "threat",
        would_harm=r"\b(?:will|shall|would|'ll|'d|going to)\s+(?:(?!not\b|never\b"
        r"|be\b)\w+\s+){0,2}?"
        r"(?:<HARM>|<LOSS>)\b",
    ),
)
DENIALS = _rules(
    "denial",
    denies=r"(?<!not )(?<!n't )\b(?:deny|denies|denied) (?!\w+ \w+ (?:entry|access))",
    rejects_tale=r"\b(?:reject|dismiss|disput)\w*(?: \w+){0,2}? <TALE>\b",
    is_false=r"\b(?:is|are|was|were|'s|'re|be)\s+(?:\w+\s+){0,2}?<FALSE>\b"
    r"|\b<TALE>\b.{1,60}?\b(?:is|are|was|were) (?:\w+ )?wrong\b",
    no_truth=r"\bno truth (?:in|to)\b|\bno such \w+\b|\bnothing to do with\b|\bnowhere near\b"
    r"|\bno (?:hand|part|role|involvement|knowledge) (?:in|of)\b|\bcontrary to (?:what"
    r"|\w+ reports?)\b",
    there_was_no=r"\bthere (?:was|were|has been|had been|have been|is|are) (?:never been "
    r"|never )?no\b"
    r"(?! (?:way|question|doubt|sense|point|reason|need|link|time|room|going))",
    has_never=r"<WE>(?:have|has|had|'ve|'d)?(?:\s*n't| (?:never|not)) (?:\w+ly )?<PARTICIPLE>\b",
    did_not=r"\b(?:i|we|he|she|they|(?:our|my|his|her|their|its) \w+) (?:did(?: not|n't)"
    r"|never did)\b"
    r"(?! (?:only|rule|exclude|say|know|think|like|want|mean))",
    is_not_doing=r"<WE>(?:am|is|are|was|were|'m|'re|'s)(?: not|n't) (?:seeking|planning|building"
    r"|trying|supplying|arming|hiding|involved|behind|aware|developing|preparing|paying|holding"
    r"|responsible)\b",
    nobody_did=r"\b(?:nobody|no one|none)(?: (?:from|of|in|at) (?:\w+ ){1,3}"
    r"|\s+)(?:ever )?<DONE>\b",
    neither_did=r"\bneither\b.{1,60}?\bnor\b.{1,40}?\s(?:ever )?(?:<DONE>|fired)\b",
)
BLAMES = _rules(
    "blame",
    blames=r"\b(?:to blame(?! game)|blam(?:e|es|ed) (?!game)|accus(?:e|es|ed|ing) \w"
    r"|condemn(?:s|ed)?"
    r"|denounc(?:e|es|ed)|criticis(?:e|es|ed)|criticiz(?:e|es|ed))\b",
    responsible=r"(?<!not )\bresponsible for\b|\b(?:burden|responsibility|fault|blame)\b.{0,60}?"
    r"\b(?:lies|lay|rests|falls) (?:\w+ )?(?:with|on)\b",
    fault_of=r"\b(?:the|their|his|her|its|your|'s) fault\b",
    has_wronged=r"(?<!we )(?<!i )\b(?:ha(?:s|ve|d)|'ve)\s+(?:(?!not\b"
    r"|never\b)\w+\s+){0,2}?<WRONGED>\b",
    did_wrong=r"\b(?<!we )(?:lied to|sabotaged|betrayed|violated|broke (?:\w+ )?(?:word|promise"
    r"|truce"
    r"|ceasefire|deal|agreement)|reneged on|derailed|wrecked|failed to|refused to meet|provoked"
    r"|torpedoed|caused the)\b|\b(?:refusing|failing) to\b",
    cleft=r"\bit (?:is|was) (?:the|their|his|her|your|those)\s+(?:\w+\s+){1,3}?(?:that|who|which) "
    r"(?!we )\w+",
    because_of=r"\bbecause (?:of )?(?:they|he|she|[\w']+'s?) (?:\w+\s*){0,3}?(?:stubborn\w*|refusal"
    r"|killed|broke\w*|intransigence|greed|obstruction|walked|meddling|wrecked|failure|lies)\b",
    cause_of=r"\b(?:real|root|true|main|sole) (?:cause|culprit|obstacle)\b",
    true_intention=r"\b(?:true|real|hidden) (?:intentions?|motives?)\b",
)
POSITIONS = _rules(
    "position",
    wants=r"<WE>(?:wants?|wanted|would like|wish(?:es|ed)?|prefers?|preferred|desires?|seeks?"
    r"|sought)\b"
    r"|\bwould prefer\b|\b(?:is|are|am|was|were|'re|'m) (?:seeking|asking for)\b",
    favours=r"<WE>(?:favou?r(?:s|ed)?|supports?|supported|back(?:s|ed)|endors(?:es?|ed)"
    r"|advocat(?:es?|ed)|welcom(?:es?|ed)|embrac(?:es?|ed))\b|\bin favou?r of\b",
    opposes=r"<WE>(?:oppos(?:es?|ed)|objects? to|objected to|rejects?|rejected)\b"
    r"|\b(?:am|is|are|'re|'m|was|were|remains?) (?:\w+ly )?(?:against|opposed to|averse to)\b",
    demands=r"<WE>(?:demand(?:s|ed)?|call(?:s|ed)? (?:for|on|upon)|urg(?:es?|ed)|insist(?:s|ed)? on"
    r"|ask(?:s|ed) for|propos(?:es?|ed)|request(?:s|ed)?)\b",
    ought=r"\b(?:should|ought to|must)\b(?! (?:have|be) been)",
    needs=r"\bwe (?:\w+ )?need\b|\bis needed\b|\bneeds to\b",
    aim=r"\b(?:our|my|their|his|her|its|the) (?:aim|goal|wish|priority|objective|position|demand"
    r"|hope) (?:is|was|remains)\b|\bit is (?:our|my) (?:wish|aim|goal|hope)\b",
    agrees=r"<WE>(?:agree[sd]? (?:to|on|with)|accept(?:s|ed)?)\b"
    r"|\b(?:is|are|am|was|were|'re|'m) (?:ready|willing|prepared|open) to\b",
    no_link=r"\bsees? no (?:link|reason|need|point|sense|use|alternative)\b|\bno sense in\b",
    would_suit=r"\bwould (?:suit|serve|be (?:best|better|acceptable|welcome))\b",
)
FORECASTS = _rules(
    "forecast",
    likely=r"\b(?:un)?likely (?:to|that)\b|\b(?:almost certainly|inevitably|probably|surely"
    r"|undoubtedly)\b|\bin all likelihood\b|\b(?:odds|chances) are\b",
    bound_to=r"\b(?:bound|poised|destined|doomed|certain|sure|expected|projected|forecast) to\b"
    r"|\b(?:looks?|seems?|appears?) set to\b",
    chance=r"\b(?:little|no|a good|every|slim|fair) (?:chance|prospect)s?\b",
    may_well=r"\b(?:could|may|might) (?:well|yet|soon|eventually|ultimately|still)\b"
    r"|\b(?:will|would) (?:soon|eventually|ultimately|sooner or later)\b",
    few_doubt=r"\bfew (?:doubt|expect|believe)\b",
    predicts=r"\b(?:predict|foretell|prophes)\w*\b|\b(?:forecasts?|foresees?|expects?)\b",
    would_bring=r"\bwould (?:(?:only|then|also|likely|almost|certainly|surely|further|quickly)\s+)*"
    r"(?:wreck|sabotage|force|embolden|encourage|lead to|cause|trigger|bring|mean|weaken|strengthen"
    r"|undermine|damage|destroy|hurt|jeopardi[sz]e|threaten|spark|risk|derail|provoke|push|drive"
    r"|deepen|cost|harm|boost|invite|unleash|ruin|sink|doom|kill|split|isolate|backfire|fail"
    r"|collapse|prompt|open the (?:way|door)|make it|put an end|set off|pave)\b",
    one_day=r"\b(?:one day|some day|someday|sooner or later|by next (?:year|month|week))\b.{0,80}?"
    r"\bwill\b",
)
