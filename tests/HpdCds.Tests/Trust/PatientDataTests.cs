using System.Reflection;
using System.Runtime.CompilerServices;
using HpdCds.Clinical;

namespace HpdCds.Tests.Trust;

/// <summary>A record prints its members by itself, into whatever log or exception it gets: which do, and that none of them is about a patient.</summary>
public sealed class PatientDataTests
{
    /// <summary>Nothing here has ever seen a patient.</summary>
    private static readonly string[] WithoutPatients = ["HpdCds.About", "HpdCds.Budget", "HpdCds.Knowledge", "HpdCds.Reports", "HpdCds.Trust"];

    /// <summary>Nor have these.</summary>
    private static readonly string[] Printing =
    [
        // How much room a card has.
        "HpdCds.Cards.CardDetail+Form",
        // Bytes, of which only the number is printed; counts; and what a key or a question is.
        "HpdCds.Chart.DroppedEntries", "HpdCds.Chart.FhirAnswer", "HpdCds.Chart.PrefetchRow",
        // What a model is.
        "HpdCds.Clinical.ChildPughCutOffs", "HpdCds.Clinical.ClosedWorldRule", "HpdCds.Clinical.Domain", "HpdCds.Clinical.Factor",
        "HpdCds.Clinical.Growth.GrowthCriteria", "HpdCds.Clinical.Growth.ScanWindows", "HpdCds.Clinical.RiskModel",
        "HpdCds.Clinical.ScoringLevel", "HpdCds.Clinical.Threshold",
        "HpdCds.Facts.EhrReading", "HpdCds.Facts.ResultQuestion`1",
        // What is the same in every answer, and refusals in words of ours.
        "HpdCds.Hooks.CardLink", "HpdCds.Hooks.CardSource", "HpdCds.Hooks.CataloguedService", "HpdCds.Hooks.DiscoveredService", "HpdCds.Hooks.DiscoveryDocument",
        "HpdCds.Hooks.ErrorIssue", "HpdCds.Hooks.ErrorOutcome", "HpdCds.Hooks.ErrorReply", "HpdCds.Hooks.HookCoding",
        // How wide a chart is, and where an authorization server is.
        "HpdCds.SmartApp.ChartShapes", "HpdCds.SmartApp.SmartServer",
        "HpdCds.Store.Gap", "HpdCds.Store.Run", "HpdCds.Store.UsedToken", "HpdCds.Survey.ServerAbout", "HpdCds.Survey.SurveyCandidate", "HpdCds.Verbs.ExplainVerb+Arguments", "HpdCds.Verbs.IncidentVerb+Arguments",
    ];

    /// <summary>These print what is written in them, each looked at.</summary>
    private static readonly string[] PrintingByHand =
    [
        "HpdCds.Clinical.BandRange", "HpdCds.Clinical.ClinicalTime", "HpdCds.Clinical.Growth.Judgement", "HpdCds.Clinical.Interval", "HpdCds.Clinical.PatientData", "HpdCds.Clinical.PointsRange",
        "HpdCds.Hooks.AuthorizationMembers", "HpdCds.Hooks.FhirAccess", "HpdCds.Hooks.HookRequest", "HpdCds.SmartApp.LaunchAudit+__LaunchedStruct", "HpdCds.SmartApp.SentBrowser",
        "HpdCds.Trust.Audit+__CalledStruct", "HpdCds.Trust.FhirBase", "HpdCds.Trust.SmartKeys",
    ];

    private static readonly Type[] All = [.. typeof(HpdCdsService).Assembly.GetTypes(), .. typeof(PatientData).Assembly.GetTypes()];

    [Fact]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    public void Every_record_keeps_its_members_to_itself_unless_it_is_known_to_hold_no_patient()
    {
        var printing = All
            .Where(type => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly) is not null)
            .Where(type => ToStringOf(type).IsDefined(typeof(CompilerGeneratedAttribute)))
            .Where(type => !WithoutPatients.Contains(type.Namespace, StringComparer.Ordinal))
            .Select(type => type.FullName!);

        AssertSame(Printing, printing);
    }

    [Fact]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    public void What_prints_by_hand_was_looked_at()
    {
        var byHand = All
            .Where(type => !type.IsEnum && !type.IsInterface && ToStringOf(type) is var method && method.DeclaringType == type && !method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.DeclaringType?.IsDefined(typeof(CompilerGeneratedAttribute)) != true)
            .Select(type => type.FullName!);

        AssertSame(PrintingByHand, byHand);
    }

    [Fact]
    [Trait("Req", "SEC-06")]
    public void What_was_read_and_found_prints_its_kind()
    {
        var time = ClinicalTime.At(new DateTimeOffset(1944, 3, 7, 0, 0, 0, TimeSpan.Zero));
        var seen = new SeenValue("canary", "canary", time, "Observation/canary");
        var finding = Finding.Of(Measure<AlphaFetoprotein>.From(1944m, bound: null, factor: 1)!);
        object[] found =
        [
            time, seen, finding, finding.Shown, finding.Compared, new Fact<Finding>.Known(finding, new Provenance(time, "Observation/canary")),
            new Fact<Finding>.Unknown(UnknownReason.TooOld, "canary", seen), new Age(1944, 1944), new PointsRange(1944, 1944),
        ];

        Assert.All(found, one => Assert.Equal($"[{one.GetType().Name}]", one.ToString()));
        Assert.All(found, one => Assert.DoesNotContain("1944", $"{one}", StringComparison.Ordinal));
    }

    private static void AssertSame(string[] known, IEnumerable<string> found)
    {
        string[] all = [.. found.Order(StringComparer.Ordinal)];
        Assert.True(known.SequenceEqual(all, StringComparer.Ordinal), $"New: {string.Join(' ', all.Except(known, StringComparer.Ordinal))}; gone: {string.Join(' ', known.Except(all, StringComparer.Ordinal))}; the list is in order");
    }

    private static MethodInfo ToStringOf(Type type) => type.GetMethod(nameof(ToString), Type.EmptyTypes)!;
}
