# Sourced by ./run and ./test: puts on the machine what is missing, and builds. Quick, and without a network, when nothing is.
# shellcheck shell=bash

# What the product starts besides .NET: FFmpeg, the drafts' voice and pictures, fonts of the captions.
packages=(ffmpeg espeak-ng python3 python3-numpy python3-opencv python3-pil
    fonts-inter fonts-dejavu-core fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji fonts-symbola)

# No build server may stay behind.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# ensure_packages NAME...: installs what is not there, by apt; elsewhere says what to install.
ensure_packages() {
    if ! command -v dpkg-query >/dev/null; then
        ensure_programs
        return
    fi

    local missing=() name
    for name in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0

    local sudo=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "Missing: ${missing[*]}. As root: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "Installing ${missing[*]}"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}")
    # The package lists of a fresh machine are empty or old.
    "${sudo[@]}" "${install[@]}" >/dev/null 2>&1 ||
        { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" "${install[@]}" >/dev/null; } ||
        fail "That did not work. Install them yourself, then start again: apt-get install ${missing[*]}"
}

# Where there is no apt: names what this machine lacks, for its owner to install by its own means.
ensure_programs() {
    local missing=() name
    for name in ffmpeg ffprobe espeak-ng python3; do
        command -v "$name" >/dev/null || missing+=("$name")
    done
    for name in numpy cv2 PIL; do
        python3 -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$name') is None)" 2>/dev/null || missing+=("python module $name")
    done
    ((${#missing[@]})) || return 0
    missing=("$(printf ', %s' "${missing[@]}")")
    fail "Missing: ${missing#, }. Install them, and for captions the fonts Inter, DejaVu and Noto (also CJK and Color Emoji)," \
        "then start again. Debian calls all of it: ${packages[*]}"
}

ensure_dotnet() {
    command -v dotnet >/dev/null || PATH=$PATH:${HOME-}/.dotnet
    { command -v dotnet && dotnet --list-sdks | grep '^10\.'; } >/dev/null ||
        fail "VideoExpress needs the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
}

# fingerprint PATH...: changes when any source file below does; says nothing of times, which a clone or a copy changes.
fingerprint() {
    find "$@" \( -name bin -o -name obj -o -name wwwroot \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum
}

# build PROJECT CONFIGURATION: restores, with patience for a registry that hiccups, and builds.
build() {
    local try
    for try in 1 2 3; do
        dotnet restore "$1" -v quiet && break
        ((try < 3)) || fail "The packages of $1 could not be had; is there a network?"
        sleep $((try * 5))
    done
    dotnet build "$1" -c "$2" --no-restore -v quiet >&2
}
