"""Static files that name each other by their content."""

import re
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

import pytest

from westmarch.errors import Invalid
from westmarch.web.assets import Assets, references
from westmarch.web.theme import DEFAULT

pytestmark = pytest.mark.unit

tinycss2 = import_module("tinycss2")  # It has no types.


def assets_of(folder: Path, files: dict[str, str]) -> Assets:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Assets({name: folder / name for name in files})


def text_of(assets: Assets, name: str) -> str:
    found = assets.find(assets.address(name).removeprefix("/static/"))
    assert found is not None
    assert found[1]
    return found[0].body.decode()


def hashed(assets: Assets, name: str) -> str:
    return assets.address(name).rpartition("/")[2]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('import { a } from "./x.js";', "{x}"),
        ("import { a } from './x.js';", "{x}"),
        ('import a, * as b from "./x.js"', "{x}"),
        ('import"./x.js";', "{x}"),
        ('import {\n  a,\n  b,\n} from "./x.js";', "{x}"),
        ('export * from "./x.js";', "{x}"),
        ('export { a as b }from"./x.js"', "{x}"),
        ('const m = await import("./x.js");', "{x}"),
        ('const u = "https://example.org"; import("./x.js");', "{x}"),
        ('// import "./x.js"', None),
        ('/* import "./x.js" */', None),
        ("const s = 'import \"./x.js\"';", None),
        ('const s = `import "./x.js"`;', None),
        ('import "x.js";', None),
        ('import "/x.js";', None),
        ('import "./none.js";', None),
        ('const s = "./x.js";', None),
    ],
)
def test_a_module_imports_by_the_name_with_the_hash(tmp_path: Path, written: str, meant: str | None) -> None:
    assets = assets_of(tmp_path, {"js/main.js": written, "js/x.js": "export const a = 1;"})
    expected = written if meant is None else written.replace("./x.js", f"./{hashed(assets, 'js/x.js')}")
    assert text_of(assets, "js/main.js") == expected


def test_modules_import_from_folders_beside_and_above(tmp_path: Path) -> None:
    assets = assets_of(tmp_path, {"a/main.js": 'import "../b/y.js";', "b/y.js": 'import "./c/z.js";', "b/c/z.js": ""})
    assert text_of(assets, "a/main.js") == f'import "../b/{hashed(assets, "b/y.js")}";'
    assert text_of(assets, "b/y.js") == f'import "./c/{hashed(assets, "b/c/z.js")}";'


def test_a_change_far_below_changes_the_name_of_what_imports_it(tmp_path: Path) -> None:
    files = {"a.js": 'import "./b.js";', "b.js": 'import "./c.js";', "c.js": "1"}
    before, after = assets_of(tmp_path, files), assets_of(tmp_path, files | {"c.js": "2"})
    assert before.address("a.js") != after.address("a.js")


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a.js": 'import "./b.js";', "b.js": 'import "./c.js";', "c.js": 'import "./b.js";'}, "b.js → c.js → b.js"),
        ({"a.js": 'import "./a.js";'}, "a.js → a.js"),
        ({"a.css": '@import "b.css";', "b.css": "@import url(a.css);"}, "a.css → b.css → a.css"),
    ],
)
def test_a_circle_is_an_error_that_names_its_files(tmp_path: Path, files: dict[str, str], circle: str) -> None:
    with pytest.raises(Invalid) as raised:
        assets_of(tmp_path, files)
    assert circle in raised.value.message


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ('src: url("f.woff2")', ["f.woff2"]),
        ("src: url( 'f.woff2' )", ["f.woff2"]),
        ("src: url(f.woff2) format(x)", ["f.woff2"]),
        ('mask: url("icons.svg#arrow")', ["icons.svg"]),
        ('@import "print.css" print;', ["print.css"]),
        ("@import url(print.css);", ["print.css"]),
        ('a: url("data:image/gif;base64,x") url(/static/y.png) url(https://example.org/z) url(#m)', []),
        ("/* url(f.woff2) */", []),
    ],
)
def test_what_a_style_sheet_loads_is_found(written: str, names: list[str]) -> None:
    body = written.encode()
    found = list(references("theme.css", body))
    assert [reference.target for reference in found] == names
    assert [body[reference.start : reference.end].decode() for reference in found] == names


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a {\n  /* why */ color: red;\n}\n", "a {\n  color: red;\n}\n"),
        ("a/* */b {}", "a b {}"),
        ("/*! licence */ a {}", "/*! licence */ a {}"),
        ('a::after { content: "/* no */ \\"" }', 'a::after { content: "/* no */ \\"" }'),
        ("a { background: url(/x/*.png) } /* */", "a { background: url(/x/*.png) }  "),
        ("a {\n\n\n  color: red /* never ended", "a {\ncolor: red /* never ended"),
    ],
)
def test_a_style_sheet_goes_without_comments_and_indentation(tmp_path: Path, written: str, sent: str) -> None:
    assert text_of(assets_of(tmp_path, {"a.css": written}), "a.css") == sent


def test_what_the_default_style_sheet_means_is_unharmed() -> None:
    name = "theme.css"
    sent = text_of(Assets({name: DEFAULT / "static" / name}), name)
    meant = (DEFAULT / "static" / name).read_text(encoding="utf-8")
    assert _tokens(sent) == _tokens(meant)


def _tokens(sheet: str) -> str:
    parsed = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return re.sub(r"\s+", " ", str(tinycss2.serialize(parsed)).replace("/**/", " "))


def test_a_style_sheet_in_a_folder_names_files_from_there(tmp_path: Path) -> None:
    assets = assets_of(tmp_path, {"css/a.css": "x: url(../i/p.svg#q)", "i/p.svg": "<svg/>"})
    assert text_of(assets, "css/a.css") == f"x: url(../i/{hashed(assets, 'i/p.svg')}#q)"


@pytest.mark.parametrize("name", ["UPPER.PNG", "LICENCE", "two words.svg", "数.svg", "a.b.c"])
def test_whatever_a_file_is_called_it_is_found(tmp_path: Path, name: str) -> None:
    assets = assets_of(tmp_path, {name: "x", "a.css": f'url("{quote(name)}")'})
    assert text_of(assets, name) == "x"
    assert text_of(assets, "a.css") == f'url("{quote(hashed(assets, name))}")'


def test_an_old_hash_gets_the_current_file_and_a_name_that_looks_hashed_is_found(tmp_path: Path) -> None:
    assets = assets_of(tmp_path, {"a.js": "1", "b.deadbeef.js": "2"})
    old = assets.find("a.00000000.js")
    assert old is not None
    assert (old[0].body, old[1]) == (b"1", False)
    bare = assets.find("b.deadbeef.js")
    assert bare is not None
    assert bare[0].body == b"2"
    assert assets.find("nothing.00000000.js") is None
    assert re.fullmatch(r"/static/a\.[0-9a-f]{8}\.js", assets.address("a.js"))


def test_a_chain_that_is_too_long_is_refused_with_the_file_in_which_it_begins(tmp_path: Path) -> None:
    chain = {f"{number:04}.css": f"@import '{number + 1:04}.css';" for number in range(2_000)}
    with pytest.raises(Invalid, match=r"More than 100 static files .* from 0000\.css on"):
        assets_of(tmp_path, chain)
    assert assets_of(tmp_path, {name: chain[name] for name in list(chain)[:100]}).address("0000.css")


def test_what_is_compressed_is_smaller(tmp_path: Path) -> None:
    found = assets_of(tmp_path, {"small.css": "a{}", "large.css": "a{}" * 100})
    gzipped = {name: asset.gzipped for name in found.files if (asset := (found.find(name) or [None])[0])}
    assert gzipped["small.css"] == b""
    assert 0 < len(gzipped["large.css"]) < 300
