using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>The criteria of the clinical model, section 5, written down a second time, and courses in a few words.</summary>
internal static class GrowthData
{
    public static readonly ScanWindows Windows = new(14, 180, 91)
    {
        LeastDaysOnTreatment = 14,
        MostDaysToDose = 28,
        MostDaysBetweenOrders = 365,
        MostDaysAroundEvaluation = 28,
        MostDaysOfBaseline = 28,
    };

    public static readonly ImmutableDictionary<string, ImmutableDictionary<string, Threshold>> Rules = new Dictionary<string, ImmutableDictionary<string, Threshold>>(StringComparer.Ordinal)
    {
        ["champiat-2017"] = Of(("tgr-ratio", AtLeast(2))),
        ["ferrara-2018"] = Of(("delta-tgr", Above(50))),
        ["kas-2020"] = Of(("delta-tgr", Above(100))),
        ["saada-bouzid-2017"] = Of(("tgk-ratio", AtLeast(2))),
        ["kim-2021-hcc"] = Of(("tgk-ratio", AtLeast(4)), ("tgr-ratio", AtLeast(4)), ("delta-tgr", AtLeast(40))),
        ["maesaka-2022-hcc"] = Of(("tgk-ratio", AtLeast(2)), ("tgr-ratio", AtLeast(2))),
        ["yumita-2023-hcc"] = Of(("tgk-ratio", Above(2)), ("tgr-ratio", Above(2))),
        ["yumita-2023-hcc-strict"] = Of(("tgk-ratio", Above(4)), ("tgr-ratio", Above(4))),
        ["kato-2017"] = Of(("percent", Above(50)), ("tgk-ratio", Above(2))),
        ["matos-2020"] = Of(("mm", AtLeast(10)), ("percent", AtLeast(40)), ("percent-with-new-lesions", Above(20)), ("organs", AtLeast(2))),
        ["lo-russo-2019"] = Of(("signs", AtLeast(3)), ("percent", AtLeast(50)), ("new-lesions", AtLeast(2)), ("ecog", AtLeast(2))),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static readonly ImmutableDictionary<string, string> Primary =
        ImmutableDictionary<string, string>.Empty.Add("hcc", "maesaka-2022-hcc").Add("*", "champiat-2017");

    public static readonly GrowthCriteria Criteria = With(Rules);

    public static readonly ImmutableArray<string> RatioRules =
        ["champiat-2017", "saada-bouzid-2017", "kim-2021-hcc", "maesaka-2022-hcc", "yumita-2023-hcc", "yumita-2023-hcc-strict", "kato-2017"];

    public static GrowthCriteria With(ImmutableDictionary<string, ImmutableDictionary<string, Threshold>> rules, ScanWindows? windows = null, decimal error = 5, decimal early = 2, ImmutableDictionary<string, string>? primary = null) =>
        new("hpd-growth", "1.0.0", windows ?? Windows, (AtLeast(20), AtLeast(5)), error, early, rules, primary ?? Primary);

    /// <summary>The criteria with one threshold changed.</summary>
    public static GrowthCriteria But(string rule, string name, Threshold threshold) => With(Rules.SetItem(rule, Rules[rule].SetItem(name, threshold)));

    public static Threshold AtLeast(decimal value) => new(Comparison.AtLeast, value);

    public static Threshold Above(decimal value) => new(Comparison.GreaterThan, value);

    public static decimal N(string number) => decimal.Parse(number, CultureInfo.InvariantCulture);

    public static DateOnly Day(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static Scan At(DateOnly day, decimal sum, string lesions = "liver", string? modality = "CT", Comparison? bound = null) =>
        new(day, Measured<TumourSum>(sum, bound), lesions, modality, "Observation/1");

    /// <summary>Three scans on the dates of the specification's vectors, nothing new, ECOG 0 throughout, treatment going on.</summary>
    public static GrowthCourse Course(decimal before, decimal baseline, decimal after, int daysBefore = 60, int daysAfter = 42)
    {
        var middle = Day("2024-03-01");
        return Apart(At(middle.AddDays(-daysBefore), before), At(middle, baseline), At(middle.AddDays(daysAfter), after));
    }

    public static GrowthCourse Apart(Scan before, Scan baseline, Scan after) =>
        new(baseline.Date, ScanInRole.Filled(before), ScanInRole.Filled(baseline), ScanInRole.Filled(after))
        {
            NewLesions = Known(NewLesions.None),
            Stopped = new Fact<DateOnly>.NotApplicable("goes-on"),
            EcogAtBaseline = Known(0),
            EcogNow = Known(0),
        };

    public static GrowthAssessment Assess(this GrowthCourse course, GrowthCriteria? criteria = null) =>
        GrowthAssessment.Of(course, criteria ?? Criteria, "maesaka-2022-hcc");

    /// <summary>What a rule says, in the words of the wire.</summary>
    public static string Says(this GrowthCourse course, string rule, GrowthCriteria? criteria = null) => Words(course.Assess(criteria)[rule].Judgement);

    public static string Words(Judgement judgement) => judgement.Verdict switch
    {
        Verdict.Met => "met",
        Verdict.NotMet => "not-met",
        _ => judgement.Reason!.Value.Code(),
    };

    private static ImmutableDictionary<string, Threshold> Of(params (string Name, Threshold Threshold)[] thresholds) =>
        thresholds.ToImmutableDictionary(pair => pair.Name, pair => pair.Threshold, StringComparer.Ordinal);
}
