"""docs/roles.md: who gets which file, what is in it, and how it is opened."""

from pathlib import Path

from customer_health.docs_pages.text import NOTE, seed

SOURCES = (
    "`seeds/roles.csv`, `seeds/role_marts.csv` and `seeds/role_columns_left_out.csv`"
)


def roles_page(project: Path) -> str:
    """The page as Markdown."""
    roles = seed(project, "roles")
    role_marts = seed(project, "role_marts")
    left_out = seed(project, "role_columns_left_out")
    lines = [
        "# Who gets which file",
        "",
        NOTE.format(sources=SOURCES).strip(),
        "",
        "A file of DuckDB knows no users. What a role must not read is not in its file,"
        " so give each the file of their role and no other; the folder `published/` as"
        " a whole is the analyst's. Files with people in them can be read only by the"
        " user who ran the build.",
        "",
        "| role | file in `published/` | what it is | people | days of signals |",
        "| --- | --- | --- | --- | --- |",
    ]
    for role in roles:
        file = f"`{role['file']}`"
        if role["parquet_folder"]:
            file += f", `{role['parquet_folder']}/` (all days)"
        days = {
            "all": "all",
            "latest": "the latest `published_signal_days`",
        }.get(role["signal_history"], f"the latest {role['signal_history']}")
        lines.append(
            f"| {role['label']} | {file} | {role['description']}"
            f" | {role['personal_data']} | {days} |"
        )
    lines += ["", "## What is in it", ""]
    everything = {row["mart"] for row in role_marts}
    for role in roles:
        gets = [row for row in role_marts if row["role"] == role["role"]]
        lines += [f"### {role['label']}", ""]
        if {row["mart"] for row in gets} == everything:
            lines += ["All published marts.", ""]
            continue
        smallest = role["smallest_group"]
        lines += ["| mart | why |", "| --- | --- |"]
        for row in gets:
            why = row["reason"]
            if row["group_size"] and smallest:
                why += f" No row with fewer than {smallest} `{row['group_size']}`."
            lines.append(f"| `{row['mart']}` | {why} |")
        lines.append("")
        without = [row for row in left_out if row["role"] == role["role"]]
        if without:
            lines += ["Left out:", "", "| column | why |", "| --- | --- |"]
            lines += [
                f"| `{row['mart']}.{row['column_name']}` | {row['reason']} |"
                for row in without
            ]
            lines.append("")
    lines += [
        "Columns that are marked `contains_personal_data` in the models' YAML are in no"
        " file of a role without people.",
        "",
        "## How to open one",
        "",
        "```",
        "scripts/query analyses/csm_whom_do_i_know.sql"
        " --file published/roles/csm/emp_0001.duckdb",
        "```",
        "",
        "From Python, so that a query can neither write, nor read other files, nor"
        " undo that:",
        "",
        "```",
        "duckdb.connect(",
        '    "published/roles/executive.duckdb",',
        "    read_only=True,",
        '    config={"enable_external_access": False, "lock_configuration": True},',
        ")",
        "```",
    ]
    return "\n".join(lines) + "\n"
