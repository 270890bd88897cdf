"""Contract of the backtest: how far each generator's logs are from the held-out one."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

BACKTEST = CONTRACTS.add(
    "backtest",
    Contract(
        name="backtest",
        label=Text(fr="Épreuve du jumeau sur des parcours mis de côté", en="Test of the twin on cases held out"),
        columns={
            "generator": Column(
                kind="text",
                choices=("twin", "bootstrap", "recent", "markov", "floor"),
                label=Text(
                    fr="Qui produit le journal : le jumeau ; des parcours passés repris au hasard, tous ou "
                    "les derniers ; une chaîne de Markov ; les parcours mis de côté eux-mêmes, tirés à nouveau (bruit)",
                    en="Who makes the log: the twin; past cases replayed at random, all or the latest; a Markov chain; "
                    "the held-out cases themselves drawn again (noise)",
                ),
            ),
            "draws": Column(
                kind="text",
                choices=("even", "independent"),
                label=Text(
                    fr="Tirages : répartis également (le défaut du modèle sans le bruit) ou indépendants",
                    en="Draws: spread evenly (the model's fault without the noise) or independent",
                ),
            ),
            "measure": Column(
                kind="text",
                label=Text(
                    fr="Écart : ngd2, ngd3 (part), aed, ced, red, car, cwd, ctd (heures), census_mae, "
                    "census_crps (présents)",
                    en="Distance: ngd2, ngd3 (share), aed, ced, red, car, cwd, ctd (hours), census_mae, "
                    "census_crps (number present)",
                ),
            ),
            "mean": Column(kind="number", label=Text(fr="Moyenne des répliques", en="Mean of the runs")),
            "se": Column(kind="number", missing=True, label=Text(fr="Erreur type", en="Standard error")),
            "runs": Column(kind="count", at_least=1, label=Text(fr="Répliques", en="Runs")),
        },
        key=("generator", "draws", "measure"),
        order=("generator", "draws", "measure"),
    ),
)
