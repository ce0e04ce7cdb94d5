"""The shape of the code in numbers: circles, lines, functions, parameters, tests by floor.

python benchmarks/house.py            # of this checkout
python benchmarks/house.py ../other   # of another one
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import numpy as np

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main(root: Path) -> None:
    sys.path.insert(0, str(root))
    sources = {path: path.read_text("utf-8") for path in sorted((root / "sim").rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in sources.items()}
    functions = [
        (p, n) for p, tree in trees.items() for n in ast.walk(tree) if isinstance(n, Function)
    ]
    lengths = [node.end_lineno - node.lineno + 1 for _, node in functions]  # type: ignore[operator]
    longest = max(zip(lengths, functions, strict=True), key=lambda pair: pair[0])
    files = [text.count("\n") for text in sources.values()]
    texts = "\n".join(sources.values())
    path, node = longest[1]
    print(f"files {len(files)}, lines {sum(files):,}, largest {max(files)}, "
          f"median {np.median(files):g}")  # fmt: skip
    print(f"functions {len(functions):,}, median {np.median(lengths):g} lines, over 40: "
          f"{sum(n > 40 for n in lengths)}, longest {longest[0]} "
          f"({path.stem}.{node.name})")  # fmt: skip
    print(f"parameters over 6: {sum(_parameters(node) > 6 for _, node in functions)}")
    print(f"Any: {_names(trees.values(), 'Any')}, type: ignore: {texts.count('# type: ignore')}, "
          f"pick(: {texts.count('pick(')}, functions with lang: "
          f"{sum(_has(node, 'lang') for _, node in functions)}")  # fmt: skip
    print(f"circles of files: {[len(circle) for circle in circles()] or 'none'}")
    tests(root)


def _parameters(node: Function) -> int:
    return len(node.args.args) + len(node.args.kwonlyargs) + len(node.args.posonlyargs)


def _has(node: Function, name: str) -> bool:
    return name in [a.arg for a in (*node.args.args, *node.args.kwonlyargs)]


def _names(trees: Iterator[ast.Module], name: str) -> int:
    return sum(isinstance(n, ast.Name) and n.id == name for tree in trees for n in ast.walk(tree))


def circles() -> list[set[str]]:
    """Files that import each other in a ring, late imports and types included."""
    graph = grimp.build_graph("sim", cache_dir=None)
    ahead = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
    reach = {m: _reached(m, ahead) for m in ahead}
    rings, seen = [], set()
    for module in ahead:
        ring = {other for other in reach[module] if module in reach[other]}
        if len(ring) > 1 and not ring & seen:
            rings.append(ring)
            seen |= ring
    return sorted(rings, key=len, reverse=True)


def _reached(start: str, ahead: dict[str, set[str]]) -> set[str]:
    found, todo = set(), [start]
    while todo:
        for module in ahead.get(todo.pop(), ()):
            if module not in found:
                found.add(module)
                todo.append(module)
    return found


def tests(root: Path) -> None:
    """Lines of test for each line of code, in all and by floor where tests are laid out so."""
    code = {p: p.read_text("utf-8").count("\n") for p in (root / "sim").rglob("*.py")}
    test = {p: p.read_text("utf-8").count("\n") for p in (root / "tests").rglob("*.py")}
    print(f"tests: {sum(test.values()):,} lines for {sum(code.values()):,}: "
          f"{sum(test.values()) / sum(code.values()):.2f}")  # fmt: skip
    for folder in sorted(path for path in (root / "sim").iterdir() if path.is_dir()):
        lines = sum(n for p, n in code.items() if p.is_relative_to(folder))
        own = sum(n for p, n in test.items() if p.is_relative_to(root / "tests" / folder.name))
        if lines:
            print(f"  {folder.name:10} {lines:6,} lines, {own:6,} of tests: {own / lines:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]).resolve())
