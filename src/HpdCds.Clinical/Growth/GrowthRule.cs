using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>
/// A published definition of hyperprogression, in the shape in which it was published; its numbers are data
/// (<see cref="GrowthCriteria"/>). Definitions overlap and pick different patients (Kas B et al. JAMA Oncol 2020, doi
/// 10.1001/jamaoncol.2020.1634): they are never counted.
/// </summary>
public sealed class GrowthRule
{
    private readonly Func<GrowthParts, Judgement> _judge;

    private GrowthRule(string id, bool needsPreBaseline, ImmutableArray<string> thresholds, Func<GrowthParts, Judgement> judge) =>
        (Id, NeedsPreBaseline, Thresholds, _judge) = (id, needsPreBaseline, thresholds, judge);

    /// <summary>Progression at the first evaluation and a ratio of growth rates (Champiat S et al. Clin Cancer Res 2017;23:1920).</summary>
    public static readonly GrowthRule Champiat2017 = new(
        "champiat-2017", needsPreBaseline: true, ["tgr-ratio"], of => Judgement.All(of.Progression(), of.RateRatio("tgr-ratio")));

    /// <summary>Progression at the first evaluation and a rise of the growth rate (Ferrara R et al. JAMA Oncol 2018, PMC6248085).</summary>
    public static readonly GrowthRule Ferrara2018 = new(
        "ferrara-2018", needsPreBaseline: true, ["delta-tgr"], of => Judgement.All(of.Progression(), of.RateRise("delta-tgr")));

    /// <summary>A rise of the growth rate (Kas B et al. JAMA Oncol 2020, doi 10.1001/jamaoncol.2020.1634).</summary>
    public static readonly GrowthRule Kas2020 = new(
        "kas-2020", needsPreBaseline: true, ["delta-tgr"], of => of.RateRise("delta-tgr"));

    /// <summary>A ratio of growth kinetics (Saada-Bouzid E et al. 2017, PMID 28419181).</summary>
    public static readonly GrowthRule SaadaBouzid2017 = new(
        "saada-bouzid-2017", needsPreBaseline: true, ["tgk-ratio"], of => of.KineticsRatio("tgk-ratio"));

    /// <summary>Both ratios and the rise (Kim CG et al. J Hepatol 2021; that the rise is in percentage points a month is our reading).</summary>
    public static readonly GrowthRule Kim2021Hcc = new(
        "kim-2021-hcc", needsPreBaseline: true, ["tgk-ratio", "tgr-ratio", "delta-tgr"],
        of => Judgement.All(of.KineticsRatio("tgk-ratio"), of.RateRatio("tgr-ratio"), of.RateRise("delta-tgr")));

    /// <summary>Progression and both ratios (Maesaka K et al. Hepatol Res 2022;52:298-307, doi 10.1111/hepr.13741).</summary>
    public static readonly GrowthRule Maesaka2022Hcc = new(
        "maesaka-2022-hcc", needsPreBaseline: true, ["tgk-ratio", "tgr-ratio"],
        of => Judgement.All(of.Progression(), of.KineticsRatio("tgk-ratio"), of.RateRatio("tgr-ratio")));

    /// <summary>Progression and either ratio (Yumita S et al. BMC Gastroenterol 2023, doi 10.1186/s12876-023-02731-5).</summary>
    public static readonly GrowthRule Yumita2023Hcc = new(
        "yumita-2023-hcc", needsPreBaseline: true, ["tgr-ratio", "tgk-ratio"], EitherRatio);

    /// <summary>The stricter variant of the same study.</summary>
    public static readonly GrowthRule Yumita2023HccStrict = new(
        "yumita-2023-hcc-strict", needsPreBaseline: true, ["tgr-ratio", "tgk-ratio"], EitherRatio);

    /// <summary>Early failure, burden and pace (Kato S et al. Clin Cancer Res 2017;23:4242, doi 10.1158/1078-0432.CCR-16-3133).</summary>
    public static readonly GrowthRule Kato2017 = new(
        "kato-2017", needsPreBaseline: true, ["percent", "tgk-ratio"],
        of => Judgement.All(
            Judgement.Any(of.EarlyProgression(), of.EarlyStop()), of.Percent("percent"), of.KineticsRatio("tgk-ratio")));

    /// <summary>Early progression by size (Matos I et al. Clin Cancer Res 2020;26:1846; published wordings differ, this is our reading).</summary>
    public static readonly GrowthRule Matos2020 = new(
        "matos-2020", needsPreBaseline: false, ["mm", "percent", "percent-with-new-lesions", "organs"],
        of => Judgement.All(
            of.EarlyProgression(),
            of.Millimetres("mm"),
            Judgement.Any(of.Percent("percent"), Judgement.All(of.Percent("percent-with-new-lesions"), of.OrgansWithNewLesions("organs")))));

    /// <summary>Progression and several of five signs (Lo Russo G et al. Clin Cancer Res 2019;25:989).</summary>
    public static readonly GrowthRule LoRusso2019 = new(
        "lo-russo-2019", needsPreBaseline: false, ["signs", "percent", "new-lesions", "ecog"],
        of => Judgement.All(
            of.Progression(),
            Judgement.AtLeast(
                of.Whole("signs"),
                of.Early(), of.Percent("percent"), of.NewLesionsInInvolvedOrgan("new-lesions"), of.NewOrgan(), of.EcogRise("ecog"))));

    /// <summary>All of them, in display order.</summary>
    public static readonly ImmutableArray<GrowthRule> Every =
    [
        Champiat2017, Ferrara2018, Kas2020, SaadaBouzid2017, Kim2021Hcc, Maesaka2022Hcc, Yumita2023Hcc, Yumita2023HccStrict, Kato2017, Matos2020, LoRusso2019,
    ];

    /// <summary>The id on the wire.</summary>
    public string Id { get; }

    /// <summary>Whether it compares with growth before the baseline.</summary>
    public bool NeedsPreBaseline { get; }

    /// <summary>The names of its thresholds.</summary>
    public ImmutableArray<string> Thresholds { get; }

    internal Judgement Judge(GrowthParts parts) => _judge(parts);

    private static Judgement EitherRatio(GrowthParts of) =>
        Judgement.All(of.Progression(), Judgement.Any(of.RateRatio("tgr-ratio"), of.KineticsRatio("tgk-ratio")));
}
