"""The TEI builder reads the apparatus of an edition."""

from __future__ import annotations

import pytest

from builders.tei import Tei
from cbs_bench.dataset.audit import audit
from cbs_bench.dataset.writer import build
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BuildOptions, Rejection

HEADER = (
    "<teiHeader><fileDesc><titleStmt><title>老子</title></titleStmt></fileDesc><encodingDesc>"
    '<charDecl><char xml:id="x1"><mapping type="IDS">⿱日頁</mapping></char></charDecl>'
    "</encodingDesc></teiHeader>"
)


@pytest.fixture
def signs(tmp_path):
    """Graphs and readings of every row of a text."""

    def read(body):
        document = f'<TEI xmlns="http://www.tei-c.org/ns/1.0">{HEADER}<text>{body}</text></TEI>'
        (tmp_path / "a.xml").write_text(document, encoding="utf-8")
        rows = [record.row for record in Tei().records(tmp_path)]
        return [(row["slip"], "".join(row["graphs"]), row["readings"]) for row in rows]

    return read


@pytest.mark.parametrize(
    ("marked", "graphs", "readings"),
    [
        ('<head>第一章</head>絕聖棄<c n="，"/>\n  辯。', "絕聖棄辯", "絕聖棄辯"),
        ("不待[恃]也", "不待也", "不恃也"),
        ("<choice><orig>又</orig><reg>有</reg></choice>道", "又道", "有道"),
        ("<choice><reg>有</reg><orig>又</orig></choice>", "又", "有"),
        ("天<supplied>下</supplied>", "天□", "天下"),
        ("天〔下〕", "天□", "天下"),
        ('天<gap quantity="2"/>下', "天□□下", "天□□下"),
        ("道<note>一本作<hi>盜</hi></note>可", "道可", "道可"),
        ('<choice><sic>千</sic><corr cert="high">干</corr></choice>', "千", "干"),
        ("待[恃][持]道", "待道", "持道"),
        ("待<lb/>[恃]道", "待道", "恃道"),
        ("<hi>待</hi>[恃]道", "待道", "恃道"),
        ("待[<hi>恃</hi>]道", "待道", "恃道"),
        ('<g ref="#x1"/>[夏]', "{日頁}", "夏"),
        ("道[待<lb/>恃]可", "道□□可", "道待恃可"),
        ("道[<gap/>]可", "道□可", "道□可"),
        ("道[天待[恃]可", "道天待可", "道天恃可"),
        ("\U00034ea1\ue843", "\U00034ea1\ue843", "\U00034ea1\ue843"),
        ("<ruby><rb>又</rb><rt>有</rt></ruby>道", "又道", "又道"),
        ("道<space><desc>空白</desc></space>可", "道可", "道可"),
        ("孫=待＝[恃]", "孫待", "孫恃"),
        ("道【16】可【十六】名【非常】", "道可名非常", "道可名非常"),
        ('道<gap extent="3"/>', "道□□□", "道□□□"),
        ('道<gap extent="3 chars"/>', "道□□□", "道□□□"),
        ('道<gap extent="約3字"/>', "道□□□", "道□□□"),
        ('道<gap quantity="2" unit="character"/>', "道□□", "道□□"),
        ('道<gap quantity="20" unit="cm"/>', "道□", "道□"),
        ('道<gap extent="some"/>', "道□", "道□"),
    ],
)
def test_apparatus(signs, marked, graphs, readings):
    [(_, found, read)] = signs(f"<body><p>{marked}</p></body>")
    assert found == graphs
    assert "".join(read) == readings


def test_declared_and_undeclared_characters(signs):
    [(_, graphs, _)] = signs('<body><p>夏<g ref="#x1"/><g ref="#none"/></p></body>')
    assert graphs == "夏{日頁}○"


def test_slips_are_rows_where_they_are_marked(signs):
    body = '<body><p><pb n="1"/>道可<pb n="2"/>道</p><p>非</p></body>'
    assert [(slip, graphs) for slip, graphs, _ in signs(body)] == [("1", "道可"), ("2", "道非")]
    assert [slip for slip, *_ in signs("<body><p>道</p><p/><p>可</p></body>")] == ["p1", "p3"]


@pytest.mark.parametrize(
    ("marked", "before", "after"),
    [
        ("<supplied>可<pb n='2'/>道</supplied>非", ("道□", "道可"), ("□非", "道非")),
        ("<supplied><hi><pb n='2'/>可</hi></supplied>", ("道", "道"), ("□", "可")),
        (
            "<choice><orig>又<pb n='2'/>可</orig><reg>有<pb n='2'/>何</reg></choice>非",
            ("道又", "道有"),
            ("可非", "何非"),
        ),
        (
            "<choice><orig>又可</orig><reg>有<pb n='2'/>何</reg></choice>非",
            ("道又", "道有"),
            ("可非", "何非"),
        ),
        ("<choice><orig><pb n='2'/>又</orig></choice>", ("道", "道"), ("又", "又")),
        ("<choice><pb n='2'/><orig>又</orig><reg>有</reg></choice>", ("道", "道"), ("又", "有")),
        ("<choice><unclear>又<pb n='2'/>可</unclear></choice>", ("道又", "道又"), ("可", "可")),
        ("<orig>又<pb n='2'/>可</orig>", ("道又", "道又"), ("可", "可")),
        ("<del>又<milestone unit='slip' n='2'/></del>可", ("道", "道"), ("可", "可")),
        ("可<note><pb n='2'/></note><pb n='2'/>非", ("道可", "道可"), ("非", "非")),
    ],
)
def test_a_slip_may_begin_inside_an_element(signs, marked, before, after):
    found = signs(f'<body><p><pb n="1"/>道{marked}</p></body>')
    assert [(slip, graphs, "".join(readings)) for slip, graphs, readings in found] == [
        ("1", *before),
        ("2", *after),
    ]


def test_what_stands_before_the_first_slip_is_on_none(signs):
    body = "<body><p>道<supplied>可<pb/>名</supplied><pb/>非</p></body>"
    assert [(slip, graphs) for slip, graphs, _ in signs(body)] == [
        ("", "道□"), ("slip2", "□"), ("slip3", "非"),
    ]  # fmt: skip


def test_files_of_one_name_in_several_folders_are_all_kept(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.xml").write_text("<TEI><text><p>道</p></text></TEI>", "utf-8")
    (tmp_path / "x.xml").write_text("<TEI><text><p>可</p></text></TEI>", encoding="utf-8")
    found = [(record.row["id"], record.where) for record in Tei().records(tmp_path)]
    assert found == [
        ("a_x_p1", "a/x.xml p1"),
        ("b_x_p1", "b/x.xml p1"),
        ("x_p1", "x.xml p1"),
    ]


@pytest.mark.parametrize("number", [12, 40])
def test_slips_of_one_name_in_files_of_one_title_are_in_one_split(tmp_path, number):
    text = "<text><body><p>道</p><p>可</p></body></text>"
    for n in range(number):
        title = f"<teiHeader><titleStmt><title>{n // 2}</title></titleStmt></teiHeader>"
        (tmp_path / f"{n}.xml").write_text(f"<TEI>{title}{text}</TEI>", encoding="utf-8")
    report = build("tei", raw=tmp_path, out=tmp_path / "out", options=BuildOptions())
    assert report.by_document == (number == 40)
    assert not report.rejected
    assert audit(report.out).faults == []


def test_a_slip_of_the_same_number_in_another_division_is_another_slip(signs):
    body = (
        '<body><div><pb n="1"/>道可<pb n="2"/>道</div>'
        '<div><pb n="1"/>名可<pb n="1"/>名<pb n="3"/>非</div></body>'
    )
    assert [(slip, graphs) for slip, graphs, _ in signs(body)] == [
        ("1", "道可"), ("2", "道"), ("div2-1", "名可名"), ("3", "非"),
    ]  # fmt: skip


def test_every_text_of_a_corpus_is_read(tmp_path):
    texts = [
        f"<TEI>{HEADER.replace('老子', title)}{text}</TEI>"
        for title, text in [
            ("甲", "<text><body><p>道</p></body></text>"),
            ("乙", ""),
            ("丙", "<text><body><p>可</p><p>道</p></body></text>"),
        ]
    ]
    shared = "<teiHeader><collection>郭店</collection></teiHeader>"
    corpus = f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">{shared}{"".join(texts)}</teiCorpus>'
    (tmp_path / "a.xml").write_text(corpus, encoding="utf-8")
    one, none, *two = Tei().records(tmp_path)
    columns = ("id", "source", "document", "slip", "text")
    assert [tuple(item.row[column] for column in columns) for item in (one, *two)] == [
        ("a_p1", "郭店", "甲", "p1", "道"),
        ("a_TEI3-p1", "郭店", "丙", "TEI3-p1", "可"),
        ("a_TEI3-p2", "郭店", "丙", "TEI3-p2", "道"),
    ]
    assert none == Rejection("a.xml TEI2", "no <text> in it")


def test_brackets_over_the_end_of_a_slip_and_of_a_paragraph(signs):
    body = '<body><p><pb n="1"/>道[待<pb n="2"/>恃]可<pb n="3"/>[名]也</p></body>'
    assert signs(body) == [
        ("1", "道□", ["道", "待"]),
        ("2", "□可", ["恃", "可"]),
        ("3", "□也", ["名", "也"]),
    ]
    assert signs('<body><p><pb n="1"/>道[可</p><p>名]也</p><p>[常]名</p></body>') == [
        ("1", "道可名也□名", list("道可名也常名"))
    ]


@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/hostname">',
        '<!ENTITY % more SYSTEM "more.dtd"> %more;',
        '<!ATTLIST p n CDATA "aaaa">',
    ],
)
def test_declarations_are_refused_and_the_rest_is_built(tmp_path, signs, declarations):
    signs("<body><p>道</p></body>")
    bomb = f"<!DOCTYPE TEI [{declarations}]><TEI><text><p>&b;</p></text></TEI>"
    (tmp_path / "bomb.xml").write_text(bomb)
    [rejection] = [item for item in Tei().records(tmp_path) if isinstance(item, Rejection)]
    assert rejection.where == "bomb.xml"
    assert rejection.reason == (
        "its <!DOCTYPE> has declarations; write its entities out and delete what stands in its [ ]"
    )


@pytest.mark.parametrize("external", ["", ' SYSTEM "tei.dtd"', ' PUBLIC "-//TEI" "tei.dtd"'])
def test_a_document_type_without_declarations_is_read(tmp_path, external):
    (tmp_path / "tei.dtd").write_text('<!ENTITY a "可">', encoding="utf-8")
    head = f"<!DOCTYPE TEI{external}><TEI><text>"
    (tmp_path / "good.xml").write_text(f"{head}<p>道</p></text></TEI>", encoding="utf-8")
    (tmp_path / "undeclared.xml").write_text(f"{head}<p>&a;</p></text></TEI>", encoding="utf-8")
    good, bad = Tei().records(tmp_path)
    assert good.row["text"] == "道"
    assert bad.reason.startswith("no readable XML (undefined entity")


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("encoding", ["Big5", "GB18030"])
def test_a_file_in_another_encoding_is_to_be_saved_as_utf8(tmp_path, encoding, declared):
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>' if declared else ""
    text = f"{prolog}<TEI><text><body><p>道可道</p></body></text></TEI>"
    (tmp_path / "a.xml").write_text(text, encoding=encoding)
    [rejection] = Tei().records(tmp_path)
    assert rejection.reason.startswith("it is not in UTF-8: ")
    assert rejection.reason.endswith("; save it as UTF-8 and let its first line say so")


def test_a_folder_without_tei_is_no_corpus(tmp_path):
    with pytest.raises(InputError, match=r"no \.xml file here"):
        list(Tei().records(tmp_path))


@pytest.mark.real
def test_real_files(real_data, tmp_path):
    report = build(
        "tei", raw=real_data / "tei-guodian", out=tmp_path / "tei", options=BuildOptions()
    )
    assert sum(report.counts["texts"].values()) == 93  # paragraphs with text
    assert not report.rejected
