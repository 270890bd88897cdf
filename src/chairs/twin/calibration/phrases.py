"""The sentences of the calibration's report and sheet, in the two languages."""

from __future__ import annotations

from chairs.core.errors import Text

_FOUND = {
    "memory": (
        "la suite d'un parcours dépend de ses {depth} dernières étapes au plus ({states} états, chacun d'au moins "
        "11 parcours ; profondeur choisie sur un cinquième des parcours, mis de côté)",
        "what follows depends on the last {depth} steps at most ({states} states, each of 11 cases or more; depth "
        "chosen on a fifth of the cases, held out)",
    ),
    "changed": (
        "le processus a changé : les premiers parcours ({share} %) sont laissés, les suivants prédisent mieux les "
        "derniers ; les lieux sont lus sur tout le journal",
        "the process has changed: the first cases ({share} %) are left out, those since foretell the latest better; "
        "places are read from the whole log",
    ),
    "beside": (
        "étapes menées de front : {n} sont coupées en un début et une fin, pour que d'autres avancent entre les deux",
        "steps that go on side by side: {n} are cut into a beginning and an end, so that others proceed in between",
    ),
    "delays": (
        "{n} groupes de délais entre étapes ; formes retenues : {shapes}",
        "{n} groups of times between steps; shapes kept: {shapes}",
    ),
    "clock": (
        "{n} de ces groupes finissent un autre jour, à des heures propres (tournée, rendez-vous, sortie)",
        "{n} of these groups end on another day, at hours of their own (round, appointment, discharge)",
    ),
    "hours": (
        "heures de travail lues dans le journal : {work} groupes s'arrêtent avec le travail et reprennent avec lui ; "
        "{wait} courent aussi la nuit et finissent à la reprise du travail",
        "hours of work read from the log: {work} groups rest while work rests; {wait} go on by night and end "
        "when work begins",
    ),
    "minutes": (
        "arrivées « {name} » : à des minutes fixes de l'heure (rendez-vous)",
        'arrivals "{name}": at fixed minutes of the hour (appointments)',
    ),
    "arrivals": (
        "arrivées « {name} » : profil {pattern_fr}, surdispersion du jour cv {cv_fr}",
        'arrivals "{name}": pattern {pattern}, daily over-dispersion cv {cv}',
    ),
    "recent arrivals": (
        "arrivées « {name} » : profil {pattern_fr}, surdispersion du jour cv {cv_fr}, niveau des 13 dernières semaines",
        'arrivals "{name}": pattern {pattern}, daily over-dispersion cv {cv}, level of the last 13 weeks',
    ),
    "queue": (
        "« {name} » : file d'attente, {units} unités, toutes occupées pendant {share} % de l'attente",
        '"{name}": a queue, {units} units, all busy in {share} % of the waiting time',
    ),
}

_UNIDENTIFIED = {
    "lengths": (
        "durées des étapes : le journal ne date qu'un instant par étape, le temps entre étapes contient donc le soin "
        "et l'attente",
        "length of steps: the log dates one moment a step, so the time between steps holds both care and waiting",
    ),
    "requests": (
        "capacités et files d'attente : aucune demande n'est datée ; les lieux sont illimités dans le modèle",
        "capacities and queues: no request is dated; places are unlimited in the model",
    ),
    "cause of waits": (
        "cause de l'attente à : {names} (on y attend alors que des unités sont libres) ; gardée comme délai",
        "cause of the wait at: {names} (people wait although units are free); kept as a delay",
    ),
    "fictitious": ("saison et jours fériés : calendrier fictif", "season and holidays: fictitious calendar"),
    "season": (
        "saison : moins de deux ans, ou pas d'écart net entre les mois",
        "season: less than two years, or no clear difference between months",
    ),
    "batches": (
        "lots : {share} % des étapes commencent au même instant qu'une étape d'un autre parcours ; l'heure est "
        "reproduite, le lot ne l'est pas",
        "batches: {share} % of steps start at the very moment of another case's step; the hour is reproduced, the "
        "batch is not",
    ),
    "priorities": (
        "priorités entre patients d'une file : premier arrivé, premier servi",
        "priorities in a queue: first come, first served",
    ),
}

_ASSUMED = {
    "independent": ("les parcours sont indépendants, hors files d'attente", "cases are independent, queues apart"),
    "past": (
        "le passé d'un parcours agit par ses dernières étapes ; la durée écoulée n'agit que par elles et par l'heure",
        "the past of a case acts through its last steps; elapsed time acts only through them and the hour",
    ),
    "at once": (
        "ce qui se suit au même instant est mis à une seconde d'écart, pour garder l'ordre",
        "what follows at the same moment is put a second apart, to keep the order",
    ),
    "unfollowed": (
        "les parcours peut-être inachevés à la fin du journal comptent selon Kaplan-Meier ; ce qui n'est jamais "
        "revenu est fini",
        "cases perhaps unfinished at the log's end count by Kaplan-Meier; what was never seen to come back has ended",
    ),
    "overlapping": (
        "{share_fr} % des étapes commencent avant la fin de la précédente ; le modèle les met à la suite",
        "{share} % of steps start before the previous one ends; the model puts them one after another",
    ),
    "under way": (
        "les séjours en cours à la fin du journal comptent comme censurés (Kaplan-Meier)",
        "stays under way at the log's end count as censored (Kaplan-Meier)",
    ),
}

_SHEET = {
    "purpose": (
        "But : jumeau du flux, appris du seul journal d'événements, pour prévoir et comparer des scénarios.",
        "Purpose: a twin of flow, learnt from the event log alone, to forecast and to compare scenarios.",
    ),
    "outputs": (
        "Sorties : journal d'événements simulé, présents par lieu et par heure, durées, attentes.",
        "Outputs: simulated event log, number present by place and hour, lengths, waits.",
    ),
    "judge": (
        "Ce qui le juge : l'étape « backtest », sur des parcours que le modèle n'a pas vus.",
        "What judges it: the stage “backtest”, on cases the model has not seen.",
    ),
    "pathways": (
        "Parcours : chaîne de Markov à mémoire variable ({depth} étapes au plus), {states} états.",
        "Pathways: variable-order Markov chain ({depth} steps at most), {states} states.",
    ),
    "table": (
        "Table du modèle : {rows} lignes, dont {seizes} prises de lieu, {routes} choix, {delays} durées.",
        "Table of the model: {rows} rows, of which {seizes} seize a place, {routes} choose, {delays} last.",
    ),
    "entities": ("Entités : patients des classes {classes}.", "Entities: patients of the classes {classes}."),
    "resources": (
        "Ressources : {n} lieux, dont {limited} à capacité limitée ; files : premier arrivé, premier servi.",
        "Resources: {n} places, {limited} of them of limited capacity; queues: first come, first served.",
    ),
    "source": (
        "Source : {events} lignes de {cases} parcours, {days} jours d'arrivées.",
        "Source: {events} lines of {cases} cases, {days} days of arrivals.",
    ),
    "start": (
        "Départ : vide, ou les patients présents (état) ; une mise en route est à prévoir sans état.",
        "Start: empty, or with the patients present (state); without a state a warm-up is needed.",
    ),
    "replications": (
        "Répliques indépendantes, comparaisons par paires à nombres aléatoires communs.",
        "Independent replications, paired comparisons under common random numbers.",
    ),
    "engine": (
        "Moteur : événements discrets, table d'étapes lue par du code compilé (numba), chairs.twin.",
        "Engine: discrete events, a table of steps read by compiled code (numba), chairs.twin.",
    ),
    "random": (
        "Nombres aléatoires : Philox4x32-10, une clé par graine et réplique, un compteur par patient, étape et "
        "passage.",
        "Random numbers: Philox4x32-10, one key a seed and replication, one counter a patient, step and visit.",
    ),
    "time": (
        "Temps du modèle : {unit}, horloge locale {timezone}.",
        "Time of the model: {unit}, local clock {timezone}.",
    ),
    "file": (
        "Le modèle est un fichier JSON, lu par `chairs twin simulate` ; il ne contient la valeur d'aucun patient seul.",
        "The model is a JSON file, read by `chairs twin simulate`; it holds the value of no single patient.",
    ),
    "level": (
        "Appris d'un journal de patients, il reste une donnée de patients.",
        "Learnt from a log of patients, it remains patient data.",
    ),
}

_PHRASES = {**_FOUND, **_UNIDENTIFIED, **_ASSUMED, **_SHEET}


def phrase(key: str, **values: object) -> Text:
    """Return one sentence with its numbers and names filled in.

    Examples
    --------
    >>> phrase("overlapping", share="2.5", share_fr="2,5").en
    '2.5 % of steps start before the previous one ends; the model puts them one after another'
    """
    fr, en = _PHRASES[key]
    return Text(fr=fr.format(**values), en=en.format(**values))
