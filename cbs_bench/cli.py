"""``cbs-bench list|build|audit|tokenize|train|adapt|run|report|submit|view|demo``.

Every command imports what it needs when it runs, so that ``--help`` and ``list`` are quick.
"""

from __future__ import annotations

import argparse
import errno
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from cbs_bench import __version__
from cbs_bench.arguments import at_least, path_of_scans
from cbs_bench.errors import CbsBenchError, InputError
from cbs_bench.wording import counted

EXIT_FAULT = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
SCANS_HELP = (
    "an image, a folder of images, or a dataset; the writing runs in columns from top to bottom, "
    "from right to left"
)
MODELS_HELP = "folder of a model, or of both in detector/ and recognizer/ (default: the shipped)"

_REMEDIES = {
    **dict.fromkeys([errno.ENOSPC, errno.EDQUOT], "make room and start the same command again"),
    **dict.fromkeys([errno.EEXIST, errno.ENOTDIR], "give a path that leads through no file"),
    **dict.fromkeys([errno.EACCES, errno.EPERM, errno.EROFS], "see that you may use this place"),
}
"""What to do where the system refuses to read or write."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0, 1 for faults an audit found, 2 for bad input, 130 for an interrupt.
    """
    _print_every_graph()
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except CbsBenchError as error:
        if options.debug:
            raise
        _remark(str(error))
        return EXIT_BAD_INPUT
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has seen enough; silence the flush at exit too.
        sys.stdout = None
        return 0
    except KeyboardInterrupt:
        if options.debug:
            raise
        _remark("interrupted")
        return EXIT_INTERRUPTED
    except OSError as error:
        if options.debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        problem = " ".join((error.strerror or str(error)).split())
        remedy = _REMEDIES.get(error.errno or 0, "check the path")
        _remark(f"{where}{problem}; {remedy}")
        return EXIT_BAD_INPUT
    return status


def _print_every_graph() -> None:
    """Into a pipe or a file goes UTF-8: the GBK of Windows lacks many graphs of the slips.

    What a terminal cannot show, or is a name in another encoding, is escaped.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


class _Parser(argparse.ArgumentParser):
    """argparse, with errors in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(EXIT_BAD_INPUT)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cbs-bench", description="Datasets, tokenizers and F1 tables for slips.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> _Parser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        added.set_defaults(command=run)
        return added

    command("list", _list, "name the builders, tokenizers, peers and tasks")

    build = command("build", _build, "turn raw scans or texts into a Hugging Face dataset")
    build.add_argument("builder", metavar="BUILDER", help="see `cbs-bench list`")
    build.add_argument(
        "--raw", type=Path,
        help="folder or file with the raw data; for chubs and glyph_folders a zip archive, too; on "
        "scans the writing runs in columns from top to bottom, from right to left",
    )  # fmt: skip
    build.add_argument("--out", type=Path, required=True, help="folder of the dataset")
    build.add_argument(
        "--ids", type=Path,
        help="table of ideographic description sequences; for corpora with images",
    )  # fmt: skip
    build.add_argument(
        "--orthography", type=Path, metavar="COUNTS",
        help="label counts to respell a text by; for ud and evahan",
    )  # fmt: skip
    build.add_argument("--seed", type=at_least(0), default=0)
    build.add_argument("--workers", type=at_least(1), default=1, help="processes (default 1)")
    build.add_argument("--strict", action="store_true", help="fail on the first bad row")
    build.add_argument("--push", metavar="REPO", help="publish on the Hugging Face Hub")

    audit = command("audit", _audit, "prove a dataset: schema, checksums, ids, leakage")
    audit.add_argument("folder", type=Path, metavar="DIR")

    tokenize = command("tokenize", _tokenize, "read scans: boxes, graphs, tokens")
    tokenize.add_argument("paths", type=path_of_scans, nargs="+", metavar="PATH", help=SCANS_HELP)
    tokenize.add_argument(
        "--format", choices=("text", "jsonl", "page", "alto", "tei"),
        help="default text, or jsonl with --out; page, alto and tei write one XML file a scan",
    )  # fmt: skip
    tokenize.add_argument(
        "--out", type=Path, metavar="OUT",
        help="a file of lines, or a folder of XML files; a stopped run is taken up again, but "
        "not in a file of text",
    )  # fmt: skip
    tokenize.add_argument("--models", type=Path, metavar="DIR", help=MODELS_HELP)

    train = command("train", _train, "train the eyes or the glyph vectors (extra `train`)")
    _add_train_arguments(train)

    adapt = command("adapt", _adapt, "teach the recogniser the hand of labelled slips (no torch)")
    adapt.add_argument(
        "--data", type=Path, nargs="+", required=True, metavar="DIR",
        help="built datasets with labelled glyphs",
    )  # fmt: skip
    adapt.add_argument("--out", type=Path, required=True, help="folder of both models")
    adapt.add_argument("--models", type=Path, metavar="DIR", help=MODELS_HELP)

    run = command("run", _run, "train and score tokenizers on a task")
    _add_run_arguments(run)

    report = command("report", _report, "print the tables of stored results")
    report.add_argument("results", type=Path, metavar="RESULTS")
    report.add_argument(
        "--reference",
        metavar="ENTRY",
        help="whose gains over the others are told (multigranularity)",
    )
    output = report.add_mutually_exclusive_group()
    output.add_argument(
        "--format", choices=("markdown", "csv", "latex", "html"), default="markdown"
    )
    output.add_argument(
        "--fill",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="write the tables between the markers of Markdown files instead",
    )

    submit = command("submit", _submit, "check the result of somebody else by its predictions")
    submit.add_argument("result", type=Path, metavar="RESULT", help="its predictions beside it")
    submit.add_argument("--data", type=Path, required=True, help="the dataset it is of")
    submit.add_argument("--into", type=Path, metavar="FOLDER", help="results to add it to")

    view = command("view", _view, "write a page that shows scans with boxes and tokens")
    view.add_argument("paths", type=path_of_scans, nargs="+", metavar="PATH", help=SCANS_HELP)
    view.add_argument("--out", type=Path, required=True, help="the HTML file")
    view.add_argument("--models", type=Path, metavar="DIR", help=MODELS_HELP)

    demo = command("demo", _demo, "the whole way on the embedded corpus")
    demo.add_argument("--out", type=Path, default=Path("demo"), help="folder (default demo)")
    return parser


def _progress(line: str) -> None:
    """One line on a terminal, nothing in a pipe."""
    if sys.stderr.isatty():
        print(line, file=sys.stderr)


def _remark(line: str) -> None:
    """One line on standard error, on a terminal or not."""
    print(f"cbs-bench: {line}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    from cbs_bench.interfaces import (
        BASELINES,
        BUILDERS,
        DETECTORS,
        RECOGNIZERS,
        TAGGERS,
        TASKS,
    )

    for title, names in (
        ("builders", BUILDERS.names()),
        ("tokenizers", BASELINES.names()),
        ("detectors", DETECTORS.names()),
        ("recognizers", RECOGNIZERS.names()),
        ("taggers", TAGGERS.names()),
        ("tasks", TASKS.names()),
    ):
        print(f"{title}: {' '.join(names)}")
    return 0


def _build(options: argparse.Namespace) -> int:
    from cbs_bench.dataset import writer
    from cbs_bench.interfaces import BuildOptions

    report = writer.build(
        options.builder,
        raw=options.raw,
        out=options.out,
        options=BuildOptions(options.ids, options.orthography, options.seed),
        workers=options.workers,
        strict=options.strict,
        progress=lambda rows: _progress(f"{rows} rows"),
    )
    print(report)
    for line in report.untrained():
        _remark(line)
    if options.push:
        from cbs_bench.dataset import publish

        print(publish.push(options.out, options.push))
    return 0


def _audit(options: argparse.Namespace) -> int:
    from cbs_bench.dataset.audit import audit

    report = audit(options.folder)
    print(report)
    return EXIT_FAULT if report.faults else 0


def _tokenize(options: argparse.Namespace) -> int:
    from cbs_bench.export import sinks
    from cbs_bench.export.scan_reading import ScanReading
    from cbs_bench.scans import ReadableScans
    from cbs_bench.tokenizer import MultiGranularityTokenizer

    scans = ReadableScans(options.paths, _left_out(options))
    tokenizer = MultiGranularityTokenizer.load(options.models)
    models = tokenizer.checksum
    with sinks.opened(options.format, options.out, models, _progress) as sink:
        for scan in scans.read(sink.done):
            height, width = scan.pixels.shape[:2]
            reading = tokenizer.read(scan.pixels)
            sink.write(
                ScanReading(scan.name, width, height, reading, models, scan.path, scan.digest)
            )
            if reading.remark:
                _remark(f"{scan.name}: {reading.remark}")
    if scans.passed_over:
        were = "was" if scans.passed_over == 1 else "were"
        _remark(f"{counted(scans.passed_over, 'scan')} {were} read before")
    return EXIT_BAD_INPUT if scans.broken else 0


def _left_out(options: argparse.Namespace) -> Callable[[InputError], None]:
    """Say what cannot be read, and go on; with ``--debug`` the error ends the command."""

    def left_out(error: InputError) -> None:
        if options.debug:
            raise error
        _remark(str(error))

    return left_out


def _add_train_arguments(parser: argparse.ArgumentParser) -> None:
    from cbs_bench.training import options

    options.add_arguments(parser)


def _train(options: argparse.Namespace) -> int:
    from cbs_bench.training import options as training

    training.run(options)
    return 0


def _adapt(options: argparse.Namespace) -> int:
    from cbs_bench.training.adaptation import adapt

    adapt(options.data, options.out, options.models, report=print)
    return 0


def _add_run_arguments(parser: argparse.ArgumentParser) -> None:
    from cbs_bench import run_options

    run_options.add_arguments(parser)


def _run(options: argparse.Namespace) -> int:
    from cbs_bench import run_options

    count = run_options.run(options, done=_progress, again=_remark)
    print(f"{counted(count, 'result')} in {options.out}")
    return 0


def _report(options: argparse.Namespace) -> int:
    from cbs_bench.report import FORMATS, fill_files, read_boards

    boards = read_boards(options.results, options.reference, doubt=_remark)
    if options.fill:
        fill_files(options.fill, boards)
    else:
        print(FORMATS[options.format](boards))
    for note in dict.fromkeys(note for board in boards for note in board.notes):
        _remark(note)
    return 0


def _submit(options: argparse.Namespace) -> int:
    from cbs_bench import submission

    result = submission.check(options.result, options.data)
    path = options.result
    if options.into is not None:
        path = submission.store(options.result, result, options.into)
    print(f"{path}: {result['task']} on {result['dataset']}, scored again: every count holds")
    return 0


def _view(options: argparse.Namespace) -> int:
    from cbs_bench.export.view import write_page
    from cbs_bench.scans import ReadableScans
    from cbs_bench.tokenizer import MultiGranularityTokenizer

    scans = ReadableScans(options.paths, _left_out(options))
    tokenizer = MultiGranularityTokenizer.load(options.models)
    pages = ((scan.name, scan.pixels) for scan in scans.read())
    count = write_page(options.out, pages, tokenizer)
    print(f"{counted(count, 'scan')} in {options.out}")
    return EXIT_BAD_INPUT if scans.broken else 0


def _demo(options: argparse.Namespace) -> int:
    from cbs_bench.demo import demo

    demo(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
