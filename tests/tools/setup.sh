# SPDX-License-Identifier: LGPL-2.1-or-later
# What ./run and ./test share: packages, configuring and building, with one short progress line on standard error.
# Sourced by bash with $top set to the top of the source tree. Standard output is left to the program that is run.

# Plugins that others could write to would be refused.
umask 022

build_packages=(meson ninja-build gcc libc6-dev pkg-config gettext libglib2.0-dev libglib2.0-dev-bin libsoup-3.0-dev
  libjson-glib-dev libsqlite3-dev libsecret-1-dev libsodium-dev libyaml-dev libedit-dev glib-networking ca-certificates lowdown)
test_packages=(python3 dbus nghttp2-proxy openssl wrk clang libclang-rt-dev clang-format strace
  g++ python3-jsonschema python3-pip python3-gi locales libglib2.0-bin fish zsh gobject-introspection libgirepository1.0-dev
  gi-docgen abigail-tools systemd debhelper dpkg-dev fakeroot lintian appstream desktop-file-utils
  libxml2-utils librsvg2-bin groff man-db mandoc gnome-keyring libsecret-tools gdb)

if [ -t 2 ]; then
  clear_line=$'\r\033[K' dim=$'\033[2m' plain=$'\033[0m'
else
  clear_line='' dim='' plain=''
fi

# One line that the next one replaces on a terminal; elsewhere only the first of each kind is printed.
progress ()
{
  if [ -n "$clear_line" ]; then
    printf '%s%s%.*s%s' "$clear_line" "$dim" "$((${COLUMNS:-80} - 1))" "$*" "$plain" >&2
  elif [ "${last_progress:-}" != "${1%% [0-9]*}" ]; then
    last_progress="${1%% [0-9]*}"
    printf '%s…\n' "$last_progress" >&2
  fi
}

progress_end ()
{
  printf '%s' "$clear_line" >&2
}

die ()
{
  progress_end
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# run_quietly WHAT COMMAND…: its output is shown only when it fails.
run_quietly ()
{
  local what=$1 log
  shift
  log=$(mktemp) || die "cannot make a temporary file in ${TMPDIR:-/tmp}"
  progress "$what"
  if ! "$@" > "$log" 2>&1 < /dev/null; then
    progress_end
    tail -n 60 "$log" >&2
    rm -f "$log"
    die "$what failed"
  fi
  rm -f "$log"
  progress_end
}

missing_packages ()
{
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null)
  for package; do
    case $'\n'"$installed"$'\n' in
      *$'\n'"installed $package"$'\n'*) ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# need_packages PACKAGE…: installs what is missing, or prints the one line to type.
need_packages ()
{
  local missing as_root=()
  command -v dpkg-query > /dev/null || return 0   # not Debian: meson names what it does not find
  read -r -a missing <<< "$(missing_packages "$@")"
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null; then
      printf '%s: these packages are missing; install them with this line and try again:\n' "${0##*/}" >&2
      printf 'sudo apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo -n)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
  if ! "${as_root[@]}" install -s --no-install-recommends "${missing[@]}" > /dev/null 2>&1; then
    run_quietly 'fetching the package lists' "${as_root[@]}" update
  fi
  run_quietly "installing ${missing[*]}" "${as_root[@]}" install -y --no-install-recommends "${missing[@]}"
}

# need_python DIRECTORY FILE: what FILE pins, into a folder of its own that the tests find by PYTHONPATH.
need_python ()
{
  local folder=$1 file=$2
  if ! cmp -s "$file" "$folder/requirements.txt"; then
    rm -rf "$folder"
    run_quietly 'fetching Python packages for the tests' /usr/bin/python3 -m pip install --quiet --disable-pip-version-check \
      --no-deps --root-user-action=ignore --target "$folder" -r "$file"
    cp "$file" "$folder/requirements.txt"
  fi
  export PYTHONPATH=$folder
}

# need_node DIRECTORY SOURCE: what the lock file in SOURCE pins, into a folder of its own. Without npm the tests that need it say so.
need_node ()
{
  local folder=$1 source=$2
  command -v npm > /dev/null || return 0
  if ! cmp -s "$source/package-lock.json" "$folder/package-lock.json" || [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$source/package.json" "$source/package-lock.json" "$folder/"
    run_quietly 'fetching Node packages for the tests' npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
    touch "$folder/complete"
  fi
}

# need_locale DIRECTORY NAME: a locale that the machine need not have, made for the tests alone.
need_locale ()
{
  local folder=$1 name=$2
  if [ ! -d "$folder/$name" ]; then
    mkdir -p "$folder"
    run_quietly "making the locale $name for the tests" localedef -i "${name%%.*}" -f "${name##*.}" "$folder/$name"
  fi
  export LOCPATH=$folder
}

# Two builds of one tree at a time would tread on each other; the tree itself is the lock.
lock_tree ()
{
  exec 9< "$top"
  flock -n 9 || { progress 'waiting for another build of this tree'; flock 9; }
}

unlock_tree ()
{
  exec 9<&-
}

# configure DIRECTORY OPTION…: only when needed: no build there yet, a half-made one, one of another tree (a copied folder),
# or a folder that has joined since (ninja sees to the meson.build files that it knows).
configure ()
{
  local build=$1 how=()
  shift
  if [ -e "$top/$build/build.ninja" ] &&
     grep -qF "\"source\": \"$top\"" "$top/$build/meson-info/meson-info.json" 2> /dev/null; then
    [ -n "$(find "$top" -maxdepth 4 -name 'build*' -prune -o \
              -name 'meson*' -type f -newer "$top/$build/build.ninja" -print -quit)" ] || return 0
    how=(--reconfigure)
  elif [ -e "$top/$build/meson-private/coredata.dat" ]; then
    rm -rf "${top:?}/$build"
  fi
  run_quietly "configuring $build" meson setup "${how[@]}" "$@" "$top/$build" "$top"
}

# Shows ninja's and meson's counters as one line; keeps everything in the file named.
show_counters ()
{
  local what=$1 log=$2 line
  : > "$log"
  while IFS= read -r line; do
    printf '%s\n' "$line" >> "$log"
    if [[ $line =~ ^\ *\[?([0-9]+/[0-9]+)[\]\ ] ]]; then
      progress "$what ${BASH_REMATCH[1]}"
    fi
  done
  progress_end
}

# build DIRECTORY TARGET…
build ()
{
  local build=$1 log status
  shift
  log=$(mktemp) || die "cannot make a temporary file in ${TMPDIR:-/tmp}"
  ninja -C "$top/$build" "$@" 2>&1 < /dev/null | show_counters "building $build" "$log"
  status=${PIPESTATUS[0]}
  if [ "$status" -ne 0 ]; then
    grep -v '^\[[0-9]*/[0-9]*\] \(Compiling\|Linking\|Generating\)' "$log" | tail -n 80 >&2
    rm -f "$log"
    die "the build in $build/ failed"
  fi
  rm -f "$log"
}

# Everything that is built by default but the tests: what ./run needs, and a good deal less to wait for the first time.
program_targets ()
{
  ninja -C "$top/$1" build.ninja > /dev/null 2>&1 < /dev/null
  ninja -C "$top/$1" -t query all 2> /dev/null | sed -n '/^  input:/,/^  outputs:/s/^    \([^|].*\)$/\1/p' |
    grep -v -e '^tests/' -e '^meson-'
}
