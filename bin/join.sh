#!/bin/sh
# Lets this machine join the cluster of a Baton: checks it, installs Docker where there is none, and joins. The command
# that runs it, with a secret that works once, is made on Baton's Machines page. It is a function so that a download that
# breaks off runs nothing.
set -eu

baton='@BATON_URL@'

say() { printf '%s\n' "$*"; }
fail() {
  say "$*" >&2
  exit 1
}

# Asks Baton: ask STEP [NAME=VALUE ...]. Prints its answer, one "word: text" a line.
ask() {
  step=$1
  shift
  for pair in "$@"; do set -- "$@" --data-urlencode "$pair"; done
  while [ $# -gt 0 ] && [ "$1" != --data-urlencode ]; do shift; done
  curl -sS --max-time 90 -H "X-Baton-Join: $secret" --data-urlencode "step=$step" "$@" "$baton/machines/join"
}

# The lines of an answer that begin with a word, without it.
lines() { printf '%s\n' "$answer" | sed -n "s/^$1: //p"; }

# Ends if Baton refused, with every reason.
heed() {
  message=$(printf '%s' "$answer" | sed -n 's/^{"error":.*"message":"\(.*\)"}}.*/\1/p')
  [ -z "$message" ] || fail "Baton at $baton: $message"
  lines warning | sed 's/^/  Note: /'
  refused=$(lines refused)
  if [ -n "$refused" ]; then
    say "This machine cannot join yet:" >&2
    printf '%s\n' "$refused" | sed 's/^/  - /' >&2
    say "Put that right, then run the same command again." >&2
    exit 1
  fi
  case $answer in
    *": "*) ;;
    *) fail "Baton at $baton gave no answer that this script knows: $answer" ;;
  esac
}

install_docker() {
  command -v docker >/dev/null 2>&1 && return
  command -v apt-get >/dev/null 2>&1 ||
    fail "Docker is not installed, and only Debian's and Ubuntu's package can be installed from here: install it, then run the same command again."
  say "Installing Docker (docker.io) ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || fail "apt-get update failed; its message is above."
  packages="docker.io iptables iproute2 ca-certificates"
  # From Debian 13 on, the command is a package of its own.
  [ -z "$(apt-cache madison docker-cli 2>/dev/null)" ] || packages="$packages docker-cli"
  # shellcheck disable=SC2086 # they are several
  apt-get install -qq -y --no-install-recommends $packages >/dev/null || fail "apt-get install failed; its message is above."
}

start_docker() {
  docker version >/dev/null 2>&1 && return
  [ -d /run/systemd/system ] && systemctl start docker 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    docker version >/dev/null 2>&1 && return
    sleep 1
  done
  fail "Docker is installed but does not answer: start it, then run the same command again."
}

# The server's ports that no connection opens to. What it says there does not matter.
closed_ports() {
  for port in 2377 7946; do
    time=$(curl -s -o /dev/null --connect-timeout 5 --max-time 6 -w '%{time_connect}' "http://$server:$port/" || true)
    case $time in 0 | 0.000000 | "") printf '%s ' "$port" ;; esac
  done
}

# Docker's ports that something else has. The kernel lists them in hexadecimal: 7946 is 1F0A, 4789 is 12B5.
taken_ports() {
  [ "$swarm_state" = inactive ] || return 0
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$2 ~ /:1F0A$/ && $4 == "0A" { print "7946/tcp"; exit }'
  cat /proc/net/udp /proc/net/udp6 2>/dev/null | awk '$2 ~ /:1F0A$/ { print "7946/udp"; exit }'
  cat /proc/net/udp /proc/net/udp6 2>/dev/null | awk '$2 ~ /:12B5$/ { print "4789/udp"; exit }'
}

# Whether the kernel has the cipher of encrypted overlay networks: tries it on an address that nothing uses.
can_encrypt() {
  command -v ip >/dev/null 2>&1 || return 0
  at="src 192.0.2.1 dst 192.0.2.2 proto esp spi 0xba70"
  key=0x0000000000000000000000000000000000000000
  # shellcheck disable=SC2086 # they are several
  if ip xfrm state add $at mode transport aead 'rfc4106(gcm(aes))' $key 64 2>/dev/null; then
    ip xfrm state delete $at 2>/dev/null || true
    say yes
  else
    say no
  fi
}

own_address() {
  found=$(ip -4 route get "$server" 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p' | head -n 1)
  [ -n "$found" ] || found=$(hostname -I 2>/dev/null | awk '{ print $1 }')
  printf '%s' "$found"
}

main() {
  secret=${1-}
  [ -n "$secret" ] || fail "Run the whole command from Baton's Machines page: its secret is missing."
  [ "$(id -u)" = 0 ] || fail "Only root can let this machine join: run the command as root, for example with sudo."
  command -v curl >/dev/null 2>&1 || fail "curl is missing: install it, then run the same command again."

  answer=$(ask begin) || fail "Baton cannot be reached at $baton from here."
  heed
  server=$(lines server)

  install_docker
  start_docker
  version=$(docker version --format '{{.Server.Version}}')
  swarm_state=$(docker info --format '{{.Swarm.LocalNodeState}}' 2>/dev/null)
  root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)
  address=$(own_address)
  [ -n "$address" ] || fail "This machine's own address cannot be found out: install iproute2, then run the same command again."
  disk=$(df -Pk "$root" | awk 'NR == 2 { print $2, $4 }')
  # What the cluster will call it.
  name=$(docker info --format '{{.Name}}' 2>/dev/null)
  say "Asking Baton at $baton about $name, $(uname -m), Docker $version, at $address ..."

  # One list for both questions.
  set -- "name=$name" "architecture=$(uname -m)" "docker=$version" "address=$address" \
    "diskKiB=${disk% *}" "freeKiB=${disk#* }" "encrypt=$(can_encrypt)"
  answer=$(ask check "$@" "clock=$(date +%s)" "swarm=$swarm_state" \
    "node=$(docker info --format '{{.Swarm.NodeID}}' 2>/dev/null)" \
    "liveRestore=$(docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)" \
    "closed=$(closed_ports)" "taken=$(taken_ports | tr '\n' ' ')" \
    "routes=$(ip -4 route show 2>/dev/null | awk '$1 ~ /\// { print $1 }' | tr '\n' ' ')") ||
    fail "Baton cannot be reached at $baton from here any more."
  heed
  token=$(lines join)
  if [ -n "$token" ]; then
    say "Joining ..."
    docker swarm join --token "$token" --listen-addr "$address:2377" --advertise-addr "$address" \
      --data-path-addr "$address" "$server:2377" >/dev/null ||
      fail "Docker could not join; its message is above. Put that right, then run the same command again."
  fi
  answer=$(ask joined "$@" "node=$(docker info --format '{{.Swarm.NodeID}}')") ||
    fail "This machine has joined, but Baton could not be told: run the same command again."
  heed
  say "Joined: $(lines joined)"
}

main "$@"
