"""Addresses and networks: the shipped data, operators' own files, and the kinds that the names give."""

from __future__ import annotations

import threading
import timeit
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from hushgate.geo import Atlas, Network
from hushgate.geo.kinds import kind_of
from hushgate.geo.ranges import Ranges, write_ranges
from hushgate.geo.sources import aged

# Networks of people and of servers that anybody in the trade knows, with the names that the shipped data gives them.
PEOPLE = """
3320 Deutsche Telekom AG | 3209 Vodafone GmbH | 6805 Telefonica Germany GmbH & Co.OHG | 8881 1&1 Versatel GmbH | 6830
Liberty Global B.V. | 3301 Telia Company AB | 1257 Tele2 Sverige AB | 2119 Telenor Norge AS | 1136 KPN B.V. | 33915
Vodafone Libertel B.V. | 50266 Odido Netherlands B.V. | 7922 Comcast Cable Communications, LLC | 7018 AT&T Enterprises,
LLC | 701 Verizon Business | 20115 Charter Communications | 22773 Cox Communications Inc. | 16591 Google Fiber Inc. |
21928 T-Mobile USA, Inc. | 209 CenturyLink Communications, LLC | 8447 A1 Telekom Austria AG | 25255 Hutchison Drei
Austria GmbH | 5617 Orange Polska Spolka Akcyjna | 12741 Netia SA | 6661 POST Luxembourg | 3215 Orange S.A. | 12322
Free SAS | 15557 Societe Francaise Du Radiotelephone - SFR SA | 5410 Bouygues Telecom SA | 3303 Swisscom (Schweiz) AG |
6730 Sunrise GmbH | 2856 British Telecommunications PLC | 5089 Virgin Media Limited | 5607 Sky UK Limited | 3352
TELEFONICA DE ESPANA S.A.U. | 3269 Telecom Italia S.p.A. | 1267 WIND TRE S.P.A. | 12874 Fastweb SpA | 29447 SCALEWAY
S.A.S. | 12389 PJSC Rostelecom | 8402 PJSC "Vimpelcom" | 16637 MTN SA | 29465 MTN NIGERIA Communication limited | 36873
Airtel Networks Limited | 29975 Vodacom | 37457 Telkom SA Ltd. | 8452 TE-AS | 6713 Itissalat Al-MAGHRIB | 9829 Bharat
Sanchar Nigam Ltd | 45609 Bharti Airtel Limited | 55836 Reliance Jio Infocomm Limited | 7713 Telekomunikasi Indonesia
(PT) | 4761 PT. INDOSAT Tbk | 45899 VNPT Corp | 4134 Chinanet | 4837 CHINA UNICOM China169 Backbone | 4766 Korea
Telecom | 2516 KDDI CORPORATION | 17676 SoftBank Corp. | 3462 Chunghwa Telecom Co., Ltd. | 1221 Telstra Limited | 9500
One New Zealand Group Limited | 26599 TELEFONICA BRASIL S.A | 7303 Telecom Argentina S.A. | 10620 Telmex Colombia S.A.
| 3816 COLOMBIA TELECOMUNICACIONES S.A. ESP | 19429 ETB - Colombia | 27831 Colombia Movil | 8151 Uninet S.A. de C.V. |
577 Bell Canada | 852 TELUS Communications Inc. | 41012 The Cloud Networks Limited | 14593 Space Exploration
Technologies Corporation | 9121 Turk Telekomunikasyon Anonim Sirketi | 680 Verein zur Foerderung eines Deutschen
Forschungsnetzes e.V. | 553 Universitaet Stuttgart | 3 Massachusetts Institute of Technology | 35540 OVH SAS | 37053
RSAWEB (PTY) LTD | 37611 AFRIHOST SP (PTY) LTD
"""
SERVERS = """
24940 Hetzner Online GmbH | 16276 OVH SAS | 16509 Amazon.com, Inc. | 8987 Amazon Data Services Ireland Ltd | 14061
DigitalOcean, LLC | 63949 Akamai Technologies, Inc. | 20473 The Constant Company, LLC | 51167 Contabo GmbH | 60781
LeaseWeb Netherlands B.V. | 30633 Leaseweb USA, Inc. | 12876 Scaleway SAS | 9009 M247 Europe SRL | 212238 Datacamp
Limited | 62240 Clouvider Limited | 36352 HostPapa | 46606 Unified Layer | 26496 GoDaddy.com, LLC | 8560 IONOS SE |
6724 Strato AG | 47583 Hostinger International Limited | 36351 IBM Cloud | 33070 Rackspace Hosting | 396982 Google LLC
| 8075 Microsoft Corporation | 31898 Oracle Corporation | 45102 Alibaba (US) Technology Co., Ltd. | 132203 Shenzhen
Tencent Computer Systems Company Limited | 136907 HUAWEI INTERNATIONAL PTE. LTD. | 53667 FranTech Solutions | 8100
QuadraNet Enterprises LLC | 40676 Psychz Networks | 46844 Sharktech | 32244 Liquid Web, L.L.C | 22612 Namecheap, Inc. |
36007 Kamatera, Inc. | 18779 EGIHosting | 49505 JSC Selectel | 197695 "Domain names registrar REG.RU", Ltd | 210644
AEZA INTERNATIONAL LTD | 49981 WorldStream B.V. | 50613 Advania Island ehf | 39351 31173 Services AB | 34119 Wildcard
UK Limited | 25369 Hydra Communications Ltd | 13213 UK-2 Limited | 20738 Heart Internet limited | 30823 aurologic GmbH
| 44477 AS44477 | 19871 Network Solutions, LLC | 16125 UAB Cherry Servers | 54825 Packet Host, Inc. | 54600 PEG TECH
INC | 21859 Zenlayer Inc | 34011 Host Europe GmbH | 31034 Aruba S.p.A. | 197540 netcup GmbH | 3223 Voxility LLP |
202053 UpCloud Ltd | 11878 tzulo, inc. | 23470 ReliableSite.Net LLC | 40021 Contabo Inc. | 12824 home.pl S.A.
"""
LOOK_ALIKES = (
    "Universidad Nacional de Colombia | University of Colorado | City of St. Cloud | Cloudwifi | FIBERHOST S.A. | "
    "AMAZONIA TELECOMUNICACOES LTDA | Vodacom Business Nigeria | The Cable of St. Kitts | Ford Motor Company"
)
RELAYS = [
    (13335, "Cloudflare, Inc."),
    (36183, "Akamai Technologies, Inc."),
    (54113, "Fastly, Inc."),
    (1, "ZSCALER, INC."),
]
SPECIAL = (
    "0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 169.254.1.1 172.16.5.4 192.168.1.1 198.51.100.7 203.0.113.9 224.0.0.1 "
    "255.255.255.255 :: ::1 fe80::1 fc00::1 2001:db8::1 ::ffff:192.168.1.1 ff02::1"
)
NO_ADDRESS = "localhost 1.2.3 1.2.3.4.5 256.1.1.1 [::1] fe80::1%eth0"


def networks(text: str) -> list[tuple[int, str]]:
    rows = (entry.split(maxsplit=1) for entry in " ".join(text.split()).split(" | "))
    return [(int(asn), name) for asn, name in rows]


@pytest.fixture(scope="module")
def shipped() -> Atlas:
    atlas = Atlas()
    assert all(source.ok for source in atlas.status()), "run `make build` first"
    return atlas


def mmdb(path: Path, kind: str, records: dict[str, dict[str, Any]]) -> Path:
    writer = MMDBWriter(6, kind, ipv4_compatible=True, int_type="u32")
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


# --- kinds


@pytest.mark.parametrize(("asn", "name"), networks(PEOPLE))
def test_peoples_networks_are_access(asn: int, name: str) -> None:
    assert kind_of(asn, name) == "access"


def test_most_networks_of_servers_are_hosting() -> None:
    known = networks(SERVERS)
    missed = [name for asn, name in known if kind_of(asn, name) != "hosting"]
    assert len(missed) <= 0.15 * len(known), missed


@pytest.mark.parametrize("name", LOOK_ALIKES.split(" | "))
def test_words_that_look_like_hosting_and_are_not(name: str) -> None:
    assert kind_of(64500, name) == "access"


@pytest.mark.parametrize(
    "name", ["Bob's Hosting Ltd", "XYZ Cloud GmbH", "BlueVPS OU", "A Data Centers Inc.", "X-SERVERS"]
)
def test_words_of_hosting_in_a_network_that_no_list_has(name: str) -> None:
    assert kind_of(64500, name) == "hosting"


@pytest.mark.parametrize(("asn", "name"), RELAYS)
def test_relays_come_first(asn: int, name: str) -> None:
    assert kind_of(asn, name) == "relay"


def test_nothing_known_is_unknown() -> None:
    assert kind_of(None, None) == kind_of(64500, None) == kind_of(None, "") == "unknown"


# --- the shipped data


@pytest.mark.parametrize(
    ("ip", "country", "asn", "kind"),
    [
        ("91.0.0.1", "DE", 3320, "access"),
        ("88.198.0.1", "DE", 24940, "hosting"),
        ("2a01:4f8::1", "DE", 24940, "hosting"),
        ("3.5.140.1", "KR", 16509, "hosting"),
        ("2600:1f00::1", "US", 16509, "hosting"),
        ("73.0.0.1", "US", 7922, "access"),
        ("81.224.0.1", "SE", 3301, "access"),
        ("90.0.0.1", "FR", 3215, "access"),
        ("77.160.0.1", "NL", 1136, "access"),
        ("1.1.1.1", "AU", 13335, "relay"),
    ],
)
def test_addresses_that_everybody_knows(shipped: Atlas, ip: str, country: str, asn: int, kind: str) -> None:
    found = shipped.look_up(ip)
    assert (found.country, found.asn, found.kind) == (country, asn, kind)
    assert found.org


def test_an_ipv4_address_written_as_ipv6_is_the_same(shipped: Atlas) -> None:
    assert shipped.look_up("::ffff:91.0.0.1") == shipped.look_up("91.0.0.1")


@pytest.mark.parametrize("ip", SPECIAL.split())
def test_addresses_of_no_network(shipped: Atlas, ip: str) -> None:
    assert shipped.look_up(ip) == Network(None, None, None, "unknown")


@pytest.mark.parametrize("ip", [*NO_ADDRESS.split(), "", "1.2.3.4 ", "\0", "\ud800", "1" * 9999])
def test_what_is_no_address(shipped: Atlas, ip: str) -> None:
    assert shipped.look_up(ip) == Network()


@given(st.text() | st.ip_addresses().map(str))
def test_nothing_raises(ip: str) -> None:
    assert isinstance(Atlas().look_up(ip), Network)


def test_the_sources_are_named(shipped: Atlas) -> None:
    country, network = shipped.status()
    assert (country.use, network.use) == ("country", "network")
    for source in (country, network):
        assert source.licence and source.date and source.attribution and Path(source.path).is_file()
        assert source.records and source.records > 400_000
        assert source.age_days is not None and source.age_days >= 0
    assert "DB-IP" in (network.attribution or "")


def test_threads_share_it(shipped: Atlas) -> None:
    seen: list[Network] = []

    def ask() -> None:
        seen.extend(shipped.look_up(f"91.0.{n}.1") for n in range(200))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1600 and {network.asn for network in seen} == {3320}


def test_a_look_up_costs_microseconds(shipped: Atlas) -> None:
    def fresh() -> Iterator[str]:
        return (f"91.{n >> 8 & 63}.{n & 255}.7" for n in range(5000))

    best = min(timeit.repeat(lambda: [shipped._look_up(ip) for ip in fresh()], number=1, repeat=3)) / 5000
    assert best < 5e-6 * 5, "five times the target: shared machines are noisy"


# --- operators' own files


def test_maxminds_files(tmp_path: Path) -> None:
    country = {"country": {"iso_code": "SE", "geoname_id": 1, "names": {"en": "Sweden"}}}
    network = {"autonomous_system_number": 64500, "autonomous_system_organization": "Example Hosting"}
    atlas = Atlas(
        mmdb(tmp_path / "country.mmdb", "GeoLite2-Country", {"198.51.100.0/24": country}),
        mmdb(tmp_path / "asn.mmdb", "GeoLite2-ASN", {"198.51.100.0/24": network}),
    )
    assert atlas.look_up("198.51.100.7") == Network("SE", 64500, "Example Hosting", "hosting")
    assert atlas.look_up("::ffff:198.51.100.7").country == "SE"
    assert atlas.look_up("8.8.8.8") == Network()
    assert [(source.name, source.ok) for source in atlas.status()] == [
        ("GeoLite2-Country", True),
        ("GeoLite2-ASN", True),
    ]


def test_flat_files_that_geoip2_refuses(tmp_path: Path) -> None:
    record = {"autonomous_system_number": 64501, "autonomous_system_organization": "Example Fibre"}
    atlas = Atlas(
        mmdb(tmp_path / "country.mmdb", "country ipvAll", {"2001:db8::/32": {"country_code": "NL"}}),
        mmdb(tmp_path / "asn.mmdb", "networks", {"2001:db8::/32": record}),
    )
    assert atlas.look_up("2001:db8::1") == Network("NL", 64501, "Example Fibre", "access")


def test_a_city_file_has_countries_too(tmp_path: Path) -> None:
    atlas = Atlas(mmdb(tmp_path / "city.mmdb", "GeoLite2-City", {"198.51.100.0/24": {"country": {"iso_code": "PL"}}}))
    assert atlas.look_up("198.51.100.7").country == "PL"


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({"is_anonymous": True, "is_tor_exit_node": True}, "tor"),
        ({"is_anonymous": True, "is_anonymous_vpn": True}, "vpn"),
        ({"is_anonymous": True, "is_public_proxy": True}, "vpn"),
        ({"is_anonymous": True, "is_residential_proxy": True}, "vpn"),
        ({"is_hosting_provider": True}, "hosting"),
        ({}, "access"),
    ],
)
def test_an_anonymous_ip_file(tmp_path: Path, flags: dict[str, bool], kind: str) -> None:
    asn = {"autonomous_system_number": 64502, "autonomous_system_organization": "Example Telecom"}
    path = mmdb(tmp_path / "anonymous.mmdb", "GeoIP2-Anonymous-IP", {"198.51.100.0/24": flags})
    atlas = Atlas(None, mmdb(tmp_path / "asn.mmdb", "GeoLite2-ASN", {"198.51.100.0/23": asn}), path)
    assert atlas.look_up("198.51.100.7").kind == kind
    assert atlas.look_up("198.51.101.7").kind == "access"


def test_a_relay_is_no_vpn(tmp_path: Path) -> None:
    flags = {"is_anonymous": True, "is_anonymous_vpn": True}
    path = mmdb(tmp_path / "anonymous.mmdb", "GeoIP2-Anonymous-IP", {"1.1.1.0/24": flags})
    assert Atlas(None, None, path).look_up("1.1.1.1").kind == "relay"


def test_a_file_that_cannot_be_read_says_so_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.mmdb").write_bytes(b"not a database")
    atlas = Atlas(tmp_path / "broken.mmdb", tmp_path / "absent.mmdb", tmp_path)
    assert atlas.look_up("91.0.0.1") == Network()
    assert [source.ok for source in atlas.status()] == [False, False, False]
    assert all(source.error for source in atlas.status())


# --- the format of the shipped files


def test_ranges_find_what_was_written(tmp_path: Path) -> None:
    v4 = [(10, 19, 1, "one"), (20, 29, 2, "zwei"), (25, 39, 3, "três"), (50, 2**32 - 1, 1, "one")]
    v6 = [(1 << 64, (9 << 64) - 1, 2, "zwei"), (9 << 64, (9 << 64) + 5, 3, "smaller than a site")]
    assert write_ranges(tmp_path / "r", v4, v6) == 3
    ranges = Ranges(tmp_path / "r")
    found = {n: ranges.find(n.to_bytes(4)) for n in (0, 9, 10, 19, 20, 29, 30, 39, 40, 49, 50, 2**32 - 1)}
    assert [n for n, network in found.items() if network is None] == [0, 9, 40, 49]
    assert found[20] == found[29] == (2, "zwei") and found[30] == (3, "três") and found[50] == (1, "one")
    assert [ranges.find((n << 64).to_bytes(16)) for n in (0, 1, 8, 9)] == [None, (2, "zwei"), (2, "zwei"), None]


@pytest.mark.parametrize("content", [b"", b"hushgeo1", b"something else" * 99, b"hushgeo1" + b"\xff" * 56])
def test_ranges_refuse_what_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r").write_bytes(content)
    with pytest.raises(ValueError, match=r"not a file of address ranges|cut short|empty file"):
        Ranges(tmp_path / "r")


def test_the_age_is_as_of_today(shipped: Atlas) -> None:
    source = shipped.status()[0]
    assert aged(source) == source
