"""What dbt is doing, in words: the phase of a run that a node belongs to."""

# by folder under models/, the longest that fits; {folder} is the last of its names
PHASES = {
    "staging": "Cleaning sources: {folder}",
    "intermediate": "Measuring signals: {folder}",
    "intermediate/accounts": "Finding the days to score, and what was true on them",
    "intermediate/scoring": "Scoring",
    "intermediate/alerts": "Telling alerts and what to do",
    "intermediate/changes": "Explaining changes",
    "intermediate/growth": "Looking for room to grow",
    "intermediate/outcomes": "Finding who left, shrank, grew or renewed",
    "intermediate/portfolio": "Finding who stands above whom",
    "intermediate/quality": "Judging the data",
    "intermediate/validation": "Comparing scores with what happened",
    "marts": "Writing tables: {folder}",
}
BY_TYPE = {
    "seed": "Loading the policy",
    "test": "Checking what was computed",
    "unit_test": "Trying the SQL on examples",
    "operation": "Reading raw tables",
    "exposure": "Naming who reads the tables",
}
OTHER = "Working"


def phase_of(resource_type: str, path: str) -> str:
    """The phase in words; `path` of a model is below models/."""
    if resource_type in BY_TYPE:
        return BY_TYPE[resource_type]
    folders = path.split("/")[:-1]
    for length in range(len(folders), 0, -1):
        words = PHASES.get("/".join(folders[:length]))
        if words:
            return words.format(folder=folders[-1])
    return OTHER
