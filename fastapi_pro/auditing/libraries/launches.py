"""What the files beside the code run: images, compose services, scripts, units, manifests."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fastapi_pro.auditing.libraries.hosting_files import started
from fastapi_pro.auditing.libraries.servers import inner_shell, unfolded
from fastapi_pro.auditing.libraries.service_images import build_folder, connect
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.deploy_files import kind
from fastapi_pro.auditing.sources.dockerfile import Stage, stages
from fastapi_pro.auditing.sources.shell import Command, commands
from fastapi_pro.auditing.sources.spots import Source, Word, source

_DEVELOPMENT = re.compile(
    r"(?:^|[._/-])(?:dev|devel|develop|development|local|debug|test|tests|testing|ci|override|e2e|"
    r"examples?|samples?|demo|devcontainer|\.devcontainer|\.github|playground|bench|benchmarks?|"
    r"watch|reload|docs?|hack|tutorials?)(?:[._/-]|$)",
    re.IGNORECASE,
)
_PRODUCTION = re.compile(r"(?:^|[._/-])(?:prod|production|release|deploy|final)(?:[._/-]|$)")
_ESCAPES = re.compile(r"\\([\\'\"abfnrtv])")
_ESCAPED_QUOTE = re.compile(r"\\([\\'])")
_MEANT = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_TRIES = re.compile(r"tests?[-_.]", re.IGNORECASE)
"""How the name of a script begins that tries what production runs: `test-prod.sh`."""
_SETTING = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)$")


@dataclass(eq=False)
class Launch:
    """What one image, service, unit or script runs.

    `read_by` is the shell that reads its command, "" for a list of words. `environment` has the
    variables that are set for it, `replicas` how many instances run, if the file says so.
    `is_mounted` says whether the source is mounted into it, as in development; `is_production`
    whether the file name says so; `is_before` whether it ends before the service starts; `image`
    is the launch of the Dockerfile that a service runs.
    """

    source: Source
    kind: str
    place: Word
    commands: list[Command]
    environment: dict[str, Word] = field(default_factory=dict)
    read_by: str = ""
    is_development: bool = False
    replicas: int = 1
    stage: Stage | None = None
    name: str = ""
    is_mounted: bool = False
    is_before: bool = False
    is_production: bool = False
    body: yaml.Mapping | None = None
    image: "Launch | None" = None


@dataclass(frozen=True, eq=False)
class Variable:
    """A variable that a file sets for the service."""

    name: str
    value: Word
    source: Source


@fact
def launches(program: Program) -> list[Launch]:
    """Return what the program's deploy files run, in the order of the files.

    A compose service that is built in a folder without a module of the program runs another one.
    """
    found = [launch for path in program.files for launch in _of(source(path), program)]
    connect(found)
    return [launch for launch in found if not _is_of_another(launch, program)]


def _is_of_another(launch: Launch, program: Program) -> bool:
    folder = build_folder(launch)
    if folder is None or not program.modules:
        return False
    return not any(folder in module.path.parents for module in program.modules)


@fact
def variables(program: Program) -> list[Variable]:
    """Return what .env files, images, compose files and manifests set."""
    found = []
    for path in program.files:
        if kind(path) == "environment":
            read = source(path)
            found += [Variable(name, word, read) for name, word in settings_in(read.text)]
    for launch in launches(program):
        found += [Variable(n, word, launch.source) for n, word in launch.environment.items()]
    return found


def settings_in(text: str) -> Iterator[tuple[str, Word]]:
    """Yield the variables in a file with `NAME=value` lines."""
    for match in _SETTING.finditer(text):
        line = text.count("\n", 0, match.start(1)) + 1
        column = match.start(1) - (text.rfind("\n", 0, match.start(1)) + 1)
        value = match[2].strip()
        quoted = re.match(r"(['\"])(.*?)\1\s*(?:#.*)?$", value)
        bare = (
            _unescaped(quoted) if quoted else re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()
        )
        is_to_fill_in = value.startswith(("#", "<"))
        yield match[1], Word(bare, line, column, "$" not in bare and not is_to_fill_in)


def _unescaped(quoted: re.Match[str]) -> str:
    """Return what is in quotes, as python-dotenv and Compose read it."""
    pattern = _ESCAPES if quoted[1] == '"' else _ESCAPED_QUOTE
    return pattern.sub(lambda escape: _MEANT.get(escape[1], escape[1]), quoted[2])


def _of(read: Source, program: Program) -> Iterator[Launch]:
    below = read.path.relative_to(program.root) if program.root in read.path.parents else read.path
    path = below.as_posix()
    is_production = bool(_PRODUCTION.search(path)) and not _TRIES.match(below.name)
    is_development = bool(_DEVELOPMENT.search(path)) and not is_production
    made = {
        "dockerfile": _of_dockerfile,
        "compose": _of_compose,
        "kubernetes": _of_kubernetes,
        "procfile": _of_procfile,
        "script": _of_script,
        "systemd": _of_unit,
        "supervisor": _of_supervisor,
        "hosting": _of_hosting,
    }.get(kind(read.path))
    for launch in made(read) if made else ():
        launch.is_development = launch.is_development or is_development
        launch.is_production = is_production
        yield launch


def _of_dockerfile(read: Source) -> Iterator[Launch]:
    found = stages(read.text)
    chosen = [s for s in found if _PRODUCTION.search(s.name)] or found[-1:]
    is_beside_production = not _PRODUCTION.search(read.path.name) and any(
        _PRODUCTION.search(other.name)
        for pattern in ("*ockerfile*", "*ontainerfile*")
        for other in project_files.glob(read.path.parent, pattern)
    )
    for stage in chosen:
        words: list[Word] = []
        shell, found_commands = "", []
        for instruction in (stage.entrypoint, stage.command):
            if instruction is None:
                continue
            listed = instruction.listed
            if listed is not None:
                words += listed
                continue
            found_commands = instruction.commands(stage.variables)
            shell = stage.shell
            if instruction is stage.entrypoint:
                break
        if words:
            listed_commands = list(unfolded(Command(words)))
            inner = inner_shell(words)
            if inner and not shell:
                shell = inner[0]
            found_commands = [*listed_commands, *found_commands]
        place = stage.command or stage.entrypoint
        yield Launch(
            read,
            "dockerfile",
            place.word if place else stage.start,
            found_commands,
            dict(stage.environment),
            shell,
            is_beside_production or bool(_DEVELOPMENT.search(stage.name)),
            stage=stage,
            name=stage.name,
        )


def _command(value: yaml.Value, *, has_shell: bool = False) -> tuple[list[Command], str]:
    """Return the commands of a `command:`, a text or a list, and the shell that reads them."""
    if isinstance(value, yaml.Scalar):
        found = commands(_undoubled(value))
        words = [word for command in found[:1] for word in command.words]
    else:
        items = value.items if isinstance(value, yaml.Sequence) else []
        words = [word for item in items if (word := _word(item)) is not None]
        found = [Command(words)] if words else []
    inner = inner_shell(words)
    if inner:
        return [c for command in found for c in unfolded(command)], inner[0]
    return found, "sh" if has_shell else ""


def _word(value: yaml.Value) -> Word | None:
    if not isinstance(value, yaml.Scalar):
        return None
    is_known = re.search(r"(?<!\$)\$(?:\(|\{?[A-Za-z_])", value.text) is None
    default = re.fullmatch(r"\$\{\w+:?-([^}]*)\}", value.text)
    if default:
        return Word(default[1], value.line, value.column)
    return replace(_undoubled(value), is_known=is_known)


def _undoubled(value: yaml.Scalar) -> Word:
    """Return a text in which `$$` is the `$` that compose makes of it."""
    places = value.places
    if places:
        second = {match.end() - 1 for match in re.finditer(r"\$\$", value.text)}
        places = tuple(place for i, place in enumerate(places) if i not in second)
    return Word(value.text.replace("$$", "$"), value.line, value.column, places=places)


def _of_compose(read: Source) -> Iterator[Launch]:
    for document in yaml.documents(read.text):
        services = document.get("services")
        for name, body in services.values.items() if isinstance(services, yaml.Mapping) else ():
            if not isinstance(body, yaml.Mapping):
                continue
            entry, entry_shell = _command(body.get("entrypoint"))
            command, shell = _command(body.get("command"))
            line, column = (
                body.places.get("command")
                or body.places.get("entrypoint")
                or (
                    body.line,
                    body.column,
                )
            )
            yield Launch(
                read,
                "compose",
                Word(name, line, column),
                [*entry, *command],
                _compose_environment(body.get("environment")),
                shell or entry_shell,
                bool(_DEVELOPMENT.search(_text(body.get("build", "target")))),
                max(_number(body.get("deploy", "replicas")), _number(body.get("scale"))),
                name=name,
                is_mounted=_is_mounted(body),
                body=body,
            )


def _is_mounted(body: yaml.Mapping) -> bool:
    """Say whether a folder of the project is mounted, or compose watches it."""
    if isinstance(body.get("develop"), yaml.Mapping):
        return True
    volumes = body.get("volumes")
    for item in volumes.items if isinstance(volumes, yaml.Sequence) else ():
        written = item.get("source") if isinstance(item, yaml.Mapping) else item
        if re.match(r"(?:\.|~|\$\{?PWD|/)", _text(written)):
            return True
    return False


def _compose_environment(value: yaml.Value) -> dict[str, Word]:
    if isinstance(value, yaml.Mapping):
        found = {}
        for name, inner in value.values.items():
            word = _word(inner)
            # without a value it is the shell's own variable, set or not
            if word is not None and not (word.line == 0 or word.text in ("null", "~")):
                line, column = value.places[name]
                found[name] = Word(word.text, line, column, word.is_known)
        return found
    words = [_word(item) for item in value.items] if isinstance(value, yaml.Sequence) else []
    return {
        word.text.partition("=")[0]: Word(
            word.text.partition("=")[2], word.line, word.column, word.is_known
        )
        for word in words
        if word is not None and "=" in word.text
    }


def _of_kubernetes(read: Source) -> Iterator[Launch]:
    documents = list(yaml.documents(read.text))
    scaled = {
        _text(d.get("spec", "scaleTargetRef", "name")): _number(d.get("spec", "minReplicas"))
        for d in documents
        if _text(d.get("kind")) == "HorizontalPodAutoscaler"
    }
    configs = {
        _text(d.get("metadata", "name")): _compose_environment(d.get("data"))
        for d in documents
        if _text(d.get("kind")) == "ConfigMap"
    }
    for document in documents:
        name = _text(document.get("metadata", "name"))
        replicas = max(_number(document.get("spec", "replicas")), scaled.get(name, 1))
        pod = document.get("spec", "template", "spec")
        if _text(document.get("kind")) == "CronJob":
            pod = document.get("spec", "jobTemplate", "spec", "template", "spec")
        elif _text(document.get("kind")) == "Pod":
            pod = document.get("spec")
        if not isinstance(pod, yaml.Mapping):
            continue
        for part in ("initContainers", "containers"):
            for body in yaml.mappings(pod.get(part)):
                entry, entry_shell = _command(body.get("command"))
                arguments, shell = _command(body.get("args"))
                if entry and arguments and not entry_shell:
                    words = [*entry[0].words, *arguments[0].words]
                    inner = inner_shell(words)
                    entry, arguments = list(unfolded(Command(words))), []
                    shell = inner[0] if inner else shell
                elif entry and not entry_shell:
                    entry = list(unfolded(entry[0]))
                place = body.places.get("command") or body.places.get("args")
                line, column = place or (body.line, body.column)
                yield Launch(
                    read,
                    "kubernetes",
                    Word(_text(body.get("name")), line, column),
                    [*entry, *arguments],
                    _kubernetes_environment(body, configs),
                    entry_shell or shell,
                    replicas=replicas,
                    name=_text(body.get("name")) or name,
                    is_before=part == "initContainers",
                    body=body,
                )


def _kubernetes_environment(
    body: yaml.Mapping, configs: dict[str, dict[str, Word]]
) -> dict[str, Word]:
    found: dict[str, Word] = {}
    for item in yaml.mappings(body.get("envFrom")):
        found |= configs.get(_text(item.get("configMapRef", "name")), {})
    for item in yaml.mappings(body.get("env")):
        word = _word(item.get("value"))
        if word is not None and "value" in item.values:
            found[_text(item.get("name"))] = word
    return found


def _of_procfile(read: Source) -> Iterator[Launch]:
    for number, line in enumerate(read.text.splitlines(), start=1):
        if match := re.match(r"(\w[\w-]*):\s*(?=\S)", line):
            found = commands(Word(line[match.end() :], number, match.end()))
            found = [inner for command in found for inner in unfolded(command)]
            place = Word(match[1], number, 0)
            yield Launch(read, "procfile", place, found, read_by="bash", name=match[1])


def _of_script(read: Source) -> Iterator[Launch]:
    found = [inner for command in commands(Word(read.text, 1, 0)) for inner in unfolded(command)]
    first = read.text.partition("\n")[0]
    shell = first.rpartition("/")[2].split()[-1:] if first.startswith("#!") else []
    yield Launch(read, "script", Word("", 1, 0), found, read_by=shell[0] if shell else "sh")


def _of_unit(read: Source) -> Iterator[Launch]:
    environment: dict[str, Word] = {}
    started: list[tuple[Word, list[Command]]] = []
    text = read.text
    for match in re.finditer(r"(?m)^(ExecStart|Environment)[ \t]*=[ \t]*[-@:+!]*", text):
        end = match.end()
        while (stop := text.find("\n", end)) >= 0 and text[:stop].rstrip(" \t").endswith("\\"):
            end = stop + 1
        body = text[match.end() : stop if stop >= 0 else len(text)]
        line = text.count("\n", 0, match.start()) + 1
        column = match.end() - (text.rfind("\n", 0, match.end()) + 1)
        found = commands(Word(body, line, column))
        if match[1] == "ExecStart":
            place = Word(match[1], line, 0)
            started.append((place, [c for one in found for c in unfolded(one)]))
        else:
            for word in found[0].words if found else ():
                name, _, value = word.text.partition("=")
                environment[name] = Word(value, word.line, word.column, word.is_known)
    for place, found in started:
        yield Launch(read, "systemd", place, found, environment)


def _of_supervisor(read: Source) -> Iterator[Launch]:
    sections = [0, *(match.start() for match in re.finditer(r"(?m)^\[", read.text))]
    for start, end in itertools.pairwise([*sections, len(read.text)]):
        environment: dict[str, Word] = {}
        for name, word in settings_in(read.text[:end]):
            if name == "environment" and word.line > read.text.count("\n", 0, start):
                for pair in re.finditer(r"(\w+)=[\"']?([^,\"']*)", word.text):
                    column = word.column + pair.start(2)
                    environment[pair[1]] = Word(pair[2], word.line, column, "%(" not in pair[2])
        for match in re.finditer(r"(?m)^command[ \t]*=[ \t]*(.*)$", read.text[start:end]):
            line = read.text.count("\n", 0, start + match.start()) + 1
            found = commands(Word(match[1], line, match.start(1) - match.start()))
            found = [inner for command in found for inner in unfolded(command)]
            place = Word("command", line, 0)
            yield Launch(read, "supervisor", place, found, environment)


def _of_hosting(read: Source) -> Iterator[Launch]:
    for place, found, environment in started(read):
        yield Launch(read, "hosting", place, found, environment, "sh")


def _text(value: yaml.Value) -> str:
    return value.text if isinstance(value, yaml.Scalar) else ""


def _number(value: yaml.Value) -> int:
    text = _text(value)
    return int(text) if text.isdecimal() and len(text) < 6 else 1
