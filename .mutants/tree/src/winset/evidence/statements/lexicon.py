"""The words that the rules of extraction look for. Verbs stand as lemmas."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of ``text`` as a set."""
    return frozenset(text.split())


# Verbs that quote a source or report its words.
SAYING = word_set(
    """
    say tell add write ask announce argue report tweet retweet declare explain note think suggest
    acknowledge claim recall continue admit insist state remark reply respond answer comment
    mention observe point predict warn boast joke quip concede confirm contend deny emphasize
    emphasise stress maintain mean pledge promise propose reason recount reiterate repeat reveal
    shout speak testify urge vow wonder believe complain conclude counter cry demand describe call
    label dub brand characterize characterise advise assert affirm allege assure boom blast caution
    charge cite clarify chant credit criticize criticise decry denounce condemn accuse blame praise
    hail applaud deride dismiss mock ridicule slam attack hammer rip deem defend disclose
    estimate exclaim express feel   fume  guess grumble hint hope imply
    inform indicate interject intone joke laugh lament marvel muse mutter offer opine
    order plead post proclaim promise pronounce protest quote read reckon recommend refer regard
    reject relate remind retort rule scoff scream sigh signal snap speculate
     swear talk teach text threaten thunder tout underline underscore view volunteer vent want
    whisper worry yell lash challenge press push question query forecast fear doubt expect
    consider contemplate agree disagree advocate  refute rebut object pray preach cheer
    rail gripe bemoan bristle rant deadpan echo elaborate advertise caption title headline entitle
    conjecture inquire enquire     interrupt greet thank beg email e-mail
    bellow bark riff crow gush address refuse decline invoke portray present depict
    """
)
# Those that hardly ever mean anything else.
PLAINLY_SAYING = word_set(
    """
    say tell add write announce argue tweet retweet declare acknowledge claim admit insist state
    remark reply respond comment concede contend emphasize emphasise reiterate testify assert
    allege proclaim quip complain warn boast joke vow deny
    """
)
# Nouns that hold somebody's words: “the statement that …”, “his claim”.
SAYING_NOUNS = word_set(
    """
    statement remark comment claim assertion opinion view belief argument warning announcement
    declaration promise pledge vow demand call question answer response reply suggestion proposal
    accusation allegation charge criticism denial admission testimony speech letter tweet post
    message email memo report interview quote phrase slogan motto word position stance contention
    prediction observation complaint plea insistence threat description note
    """
)
# Nouns that stand for people or for bodies that speak.
SPEAKING_NOUNS = word_set(
    """
    man woman people person official spokesman spokeswoman spokesperson leader president premier
    chancellor minister ministry secretary senator congressman congresswoman representative lawmaker
    legislator mayor governor king queen prince ambassador envoy diplomat delegate delegation
    negotiator mediator general admiral colonel commander marshal major captain officer soldier
    judge court lawyer attorney prosecutor sheriff police analyst expert professor
    scholar economist scientist researcher author writer columnist editor reporter journalist
    anchor host critic supporter opponent ally aide adviser advisor strategist staffer manager
    director chairman chairwoman chair chief head executive founder owner member candidate nominee
    frontrunner voter resident citizen mother father wife husband son daughter brother sister friend
    student teacher worker farmer activist protester organizer organiser cleric bishop priest pastor
    imam rabbi cardinal pope union company firm bank group organization organisation association
    party campaign government administration council commission committee congress parliament
    senate house cabinet office department agency bureau army navy rebel militia insurgent
    opposition coalition bloc team board chamber paper newspaper magazine outlet site website
    article report study poll survey statement letter document memo filing lawsuit complaint
    veteran doctor source observer insider operative donor democrat republican conservative
    liberal progressive socialist side speaker elder inspector spokespeople counsel heir palace
    guard crowd audience other many some those few most
    """
)
# Words before which marks hold a name, not speech.
TITLED = word_set(
    """
    film movie show series book novel song album programme program magazine podcast episode
    column article essay documentary play exhibition newspaper segment drama sitcom titled entitled
    named headlined watch watching host co-host anchor
    """
)
# Verbs that are themselves an act or a stand: “blamed”, “opposes”, “threatened to”.
TAKING_A_STAND = word_set(
    """
    support oppose back favor favour endorse advocate demand urge propose reject refuse accept
    welcome blame accuse condemn denounce criticize criticise fault deny dismiss dispute refute
    rebut disavow threaten vow pledge promise warn offer agree insist call rule forbid bar ban
    prohibit hold attribute pin charge ask appeal seek object swear
    """
)
# States of mind: the author's words, unless a verb of saying stands with them.
HAVING_IN_MIND = word_set("want need prefer wish desire intend fear")
# Clauses by which an author explains what somebody does.
EXPLAINING = word_set("because since as for")
