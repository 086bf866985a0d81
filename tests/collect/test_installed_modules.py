"""What ``terraform init`` left behind: its modules are within reach, nothing else of it is."""

from __future__ import annotations

from pathlib import Path

from compliance.collect.walk import walk


def test_only_terraform_files_of_installed_modules_are_taken(tmp_path: Path) -> None:
    modules = tmp_path / "prod/.terraform/modules"
    (modules / "net").mkdir(parents=True)
    (modules / "modules.json").write_text('{"Modules": []}', encoding="utf-8")
    (modules / "net/main.tf").write_text("", encoding="utf-8")
    (modules / "net/README.md").write_text("password = hunter2hunter2", encoding="utf-8")
    (tmp_path / "prod/.terraform/providers").mkdir()
    (tmp_path / "prod/.terraform/providers/x.tf").write_text("", encoding="utf-8")
    (tmp_path / "prod/main.tf").write_text("", encoding="utf-8")
    tree = walk(tmp_path)
    assert tree.paths() == ["prod/main.tf"]
    assert list(tree.installed_paths()) == ["prod/.terraform/modules/modules.json", "prod/.terraform/modules/net/main.tf"]
    assert tree.file("prod/.terraform/modules/net/main.tf") is not None
