"""Facts about Liling (醴陵市, Hunan) that the map is built from, each with its public source.

Nothing here was measured on a map with a restrictive licence: there are town names, codes, counts
and approximate points only. Outlines and road courses are NOT facts; ``ground.py`` and
``roads.py`` make them up from a seed.
"""

from typing import NamedTuple

SEED = 430281  # Liling's own division code; any number would do
DATE = "2026-11-22"  # when the facts were last read and the map was made
CRS = "EPSG:32649"  # UTM 49N: metres, Liling lies whole in it

TOTAL_AREA_KM2 = 2156.46  # county area, studyofnet.com/672508205.html
TOTAL_PEOPLE = 885_987  # residents, 2020 county census
CORE_AREA_KM2 = 203.81  # urban core, zt.rednet.cn 2015-12-03
CORE_PEOPLE = 295_900  # people of the core in 2015, same source
BUILT_AREA_KM2 = 113.8  # built-up part of the core, same source
BUILT_PEOPLE = 247_500  # people of the built-up part in 2015, same source
CITY = (113.4970, 27.6461)  # the city's published point


class Town(NamedTuple):
    """One township or subdistrict.

    Codes, names and village counts: National Bureau of Statistics division codes (sourced).
    ``people`` is the resident count scaled to the 2020 census total, so that a published older or
    registered count keeps its share; ``point_err_km`` is how far the true seat may lie.
    """

    code: str
    zh: str
    en: str
    kind: str
    lat: float
    lon: float
    point_src: str
    point_err_km: float
    km2: float
    area_src: str
    people: float
    people_src: str
    villages: int


# Where a value comes from:
#   area or people "sourced": published for that township (Yangsanshi, 2015: zt.rednet.cn; the
#     towns: their published town profiles of about 2003 to 2018);
#   "inferred": the rest of the core (203.81 km2, 295,900 people) shared among four subdistricts by
#     their number of communities;
#   "imputed": the rest of the county shared among the other towns by their number of villages;
#   points "sourced": published coordinates; "inferred": from descriptions of the town's situation.
S, I, M = "sourced", "inferred", "imputed"
SUB, TOWN = "subdistrict", "town"
TOWNS = [
    Town(
        "430281002",
        "阳三石街道",
        "Yangsanshi",
        SUB,
        27.640,
        113.515,
        I,
        1.5,
        37.23,
        S,
        52200.0,
        S,
        12,
    ),
    Town(
        "430281003",
        "仙岳山街道",
        "Xianyueshan",
        SUB,
        27.640,
        113.478,
        I,
        1.5,
        42.7128,
        I,
        62487.1795,
        I,
        10,
    ),
    Town(
        "430281004", "国瓷街道", "Guoci", SUB, 27.672, 113.490, I, 2.0, 34.1703, I, 49989.7436, I, 8
    ),
    Town(
        "430281006",
        "来龙门街道",
        "Lailongmen",
        SUB,
        27.655,
        113.505,
        I,
        1.5,
        59.7979,
        I,
        87482.0513,
        I,
        14,
    ),
    Town(
        "430281007",
        "长庆街道",
        "Changqing",
        SUB,
        27.682,
        113.520,
        I,
        2.5,
        29.8990,
        I,
        43741.0256,
        I,
        7,
    ),
    Town(
        "430281102",
        "白兔潭镇",
        "Baitutan",
        TOWN,
        27.7926,
        113.6694,
        S,
        1.0,
        72.26,
        S,
        38449.6179,
        S,
        12,
    ),
    Town(
        "430281103",
        "浦口镇",
        "Pukou",
        TOWN,
        27.745,
        113.625,
        I,
        3.0,
        136.4738,
        M,
        42915.4182,
        M,
        16,
    ),
    Town(
        "430281105",
        "王仙镇",
        "Wangxian",
        TOWN,
        27.715,
        113.575,
        I,
        3.0,
        95.54,
        S,
        35507.5412,
        S,
        10,
    ),
    Town(
        "430281107", "泗汾镇", "Sifen", TOWN, 27.535, 113.470, I, 2.5, 70.06, S, 27842.8524, S, 11
    ),
    Town(
        "430281108", "沈潭镇", "Shentan", TOWN, 27.520, 113.550, I, 3.0, 53.35, S, 19476.7855, S, 9
    ),
    Town(
        "430281109",
        "船湾镇",
        "Chuanwan",
        TOWN,
        27.440,
        113.510,
        I,
        3.0,
        122.64,
        S,
        38943.9225,
        S,
        12,
    ),
    Town(
        "430281120", "均楚镇", "Junchu", TOWN, 27.440, 113.275, I, 4.0, 69.29, S, 16179.9377, S, 13
    ),
    Town(
        "430281121",
        "东富镇",
        "Dongfu",
        TOWN,
        27.635,
        113.575,
        I,
        3.0,
        93.8258,
        M,
        29504.3500,
        M,
        11,
    ),
    Town(
        "430281122",
        "石亭镇",
        "Shiting",
        TOWN,
        27.595,
        113.225,
        I,
        4.0,
        85.2962,
        M,
        26822.1364,
        M,
        10,
    ),
    Town(
        "430281125",
        "孙家湾镇",
        "Sunjiawan",
        TOWN,
        27.590,
        113.490,
        I,
        2.5,
        51.1777,
        M,
        16093.2818,
        M,
        6,
    ),
    Town(
        "430281126",
        "官庄镇",
        "Guanzhuang",
        TOWN,
        27.885,
        113.525,
        I,
        3.0,
        203.0,
        S,
        18775.4955,
        M,
        7,
    ),
    Town(
        "430281127", "嘉树镇", "Jiashu", TOWN, 27.565, 113.410, I, 3.0, 59.7073, M, 18775.4955, M, 7
    ),
    Town(
        "430281128",
        "板杉镇",
        "Banshan",
        TOWN,
        27.710,
        113.435,
        I,
        3.0,
        85.2962,
        M,
        26822.1364,
        M,
        10,
    ),
    Town(
        "430281129", "沩山镇", "Weishan", TOWN, 27.745, 113.520, I, 3.0, 86.03, S, 17812.7754, S, 7
    ),
    Town(
        "430281130",
        "枫林镇",
        "Fenglin",
        TOWN,
        27.790,
        113.420,
        I,
        4.0,
        100.52,
        S,
        31840.3361,
        S,
        13,
    ),
    Town(
        "430281131",
        "李畋镇",
        "Litian",
        TOWN,
        27.857855,
        113.683688,
        S,
        1.0,
        122.59,
        S,
        46610.0957,
        S,
        16,
    ),
    Town(
        "430281132", "明月镇", "Mingyue", TOWN, 27.490, 113.385, I, 4.0, 169.1, S, 53735.2058, S, 20
    ),
    Town(
        "430281133",
        "左权镇",
        "Zuoquan",
        TOWN,
        27.70306,
        113.3225,
        S,
        1.5,
        122.96,
        S,
        35699.7707,
        S,
        12,
    ),
    Town(
        "430281134",
        "茶山镇",
        "Chashan",
        TOWN,
        27.630,
        113.345,
        I,
        4.0,
        153.5331,
        M,
        48279.8455,
        M,
        18,
    ),
]

# Courses below are ASSUMED: that these roads and this river cross Liling is known, their line is
# not. Each is a handful of way-points (lon, lat), bent afterwards by seeded noise.
RIVER = [
    (113.86, 27.685),
    (113.72, 27.660),
    (113.63, 27.668),
    (113.56, 27.652),
    (113.497, 27.650),
    (113.44, 27.638),
    (113.37, 27.650),
    (113.29, 27.612),
    (113.20, 27.628),
    (113.06, 27.605),
]
G60 = [
    (113.86, 27.640),
    (113.70, 27.622),
    (113.62, 27.606),
    (113.56, 27.590),
    (113.50, 27.584),
    (113.43, 27.592),
    (113.34, 27.596),
    (113.24, 27.570),
    (113.06, 27.575),
]
S11 = [
    (113.45, 28.06),
    (113.475, 27.95),
    (113.490, 27.870),
    (113.470, 27.790),
    (113.450, 27.735),
    (113.418, 27.670),
    (113.425, 27.600),
    (113.440, 27.530),
    (113.455, 27.450),
    (113.445, 27.30),
]
# Trunk roads: border points to aim at, and the towns passed ("city" is the published city point).
TRUNKS = {
    "G106": [
        (113.56, 28.02),
        "官庄镇",
        "沩山镇",
        "city",
        "孙家湾镇",
        "泗汾镇",
        "船湾镇",
        (113.56, 27.32),
    ],
    "G320": [(113.75, 27.62), "东富镇", "city", "茶山镇", "石亭镇", (113.10, 27.61)],
}
# Interchanges (assumed): motorway, name, and the town whose roads it opens on.
INTERCHANGES = [
    ("G60", "Dongfu", "东富镇"),
    ("G60", "Liling South", "孙家湾镇"),
    ("G60", "Chashan", "茶山镇"),
    ("G60", "Shiting", "石亭镇"),
    ("S11", "Guanzhuang", "官庄镇"),
    ("S11", "Liling North", "板杉镇"),
    ("S11", "Sifen", "泗汾镇"),
    ("S11", "Chuanwan", "船湾镇"),
]

NEWS = "named in epaper.voc.com.cn 2022-03-23"
IN_CITY = NEWS + "; in the city, exact point assumed"
# name_zh, name_en, kind, status, place, provenance, note. A place is (east m, north m) from the
# city point, or a town whose seat is taken, or a (lon, lat) marked "at".
SITES = [
    ("湘东医院", "Xiangdong Hospital", "station", "existing", (1300, -1500), "assumed", IN_CITY),
    ("市中医院", "Liling TCM Hospital", "station", "existing", (-900, 1500), "assumed", IN_CITY),
    (
        "市妇幼",
        "Maternal and Child Hospital",
        "substation",
        "existing",
        (-1900, -1300),
        "assumed",
        IN_CITY,
    ),
    ("泰安医院", "Tai'an Hospital", "substation", "existing", (2300, 2600), "assumed", IN_CITY),
    ("兆和医院", "Zhaohe Hospital", "substation", "existing", (-3100, 800), "assumed", IN_CITY),
    (
        "市二医院",
        "Second People's Hospital",
        "substation",
        "existing",
        "东富镇",
        "assumed",
        NEWS + " as in the populous south-east; town not established, seat of 东富镇 assumed",
    ),
    (
        "市四医院",
        "Fourth People's Hospital",
        "substation",
        "existing",
        "船湾镇",
        "assumed",
        NEWS + " as in the populous south-east; town not established, seat of 船湾镇 assumed",
    ),
    (
        "第六分站",
        "Sixth sub-station",
        "substation",
        "existing",
        "白兔潭镇",
        "assumed",
        "six sub-stations are reported, the sixth is not established; seat of 白兔潭镇 assumed",
    ),
    (
        "神福港分院",
        "Shenfugang branch",
        "substation",
        "planned",
        ("at", 113.345, 27.630),
        "inferred",
        NEWS + " as planned in 茶山镇; point from the town's approximate point",
    ),
    (
        "枫林分院",
        "Fenglin branch",
        "substation",
        "planned",
        "枫林镇",
        "inferred",
        NEWS + " as planned in 枫林镇; the town's seat taken",
    ),
]
ALL_FIVE = "chest_pain,stroke,trauma,maternal,newborn"
LEAD = "lead hospital of the 2023 emergency alliance; point assumed in the city"
SECOND = "secondary level and capabilities assumed; point assumed"
# name_zh (the point is that of the site of the same name), level, capabilities, note
HOSPITALS = [
    ("湘东医院", "tertiary", ALL_FIVE, LEAD),
    ("市中医院", "tertiary", ALL_FIVE, LEAD),
    ("市妇幼", "secondary", "maternal,newborn", SECOND),
    ("泰安医院", "secondary", "trauma", SECOND),
    ("兆和医院", "secondary", "chest_pain,trauma", SECOND),
    ("市二医院", "secondary", "chest_pain,trauma", SECOND),
    ("市四医院", "secondary", "trauma", SECOND),
]
