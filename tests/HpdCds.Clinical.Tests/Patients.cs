using System.Collections.Immutable;

namespace HpdCds.Clinical.Tests;

/// <summary>Facts and patients in a few words.</summary>
internal static class Patients
{
    public static readonly Provenance Source = new(ClinicalTime.At(HccModel.AsOf.AddDays(-3)), "Observation/1");

    public static readonly ClosedWorldRule Rule = new("ascites", "problem list and encounter diagnoses", SignedBy: null, SignedOn: null);

    public static Fact<T> Known<T>(T value)
        where T : notnull => new Fact<T>.Known(value, Source);

    public static Fact<T> Unknown<T>(UnknownReason reason, string? datum = null)
        where T : notnull => new Fact<T>.Unknown(reason, datum);

    public static Fact<Finding> Missing(UnknownReason reason = UnknownReason.NotRecorded, string? datum = null) => Unknown<Finding>(reason, datum);

    public static Fact<Finding> Presumed() => new Fact<Finding>.PresumedAbsent(Rule);

    public static Fact<Finding> DoesNotArise(string why = "not-tested") => new Fact<Finding>.NotApplicable(why);

    public static Fact<Finding> Yes() => Known(Finding.Presence(present: true));

    public static Fact<Finding> No() => Known(Finding.Presence(present: false));

    public static Fact<Finding> Number(decimal value) => Within(Interval.Exactly(value));

    public static Fact<Finding> Within(Interval range, UnknownReason whyOpen = UnknownReason.BoundOnly) =>
        Known(new Finding(range, whyOpen, new Shown.Number(range.Low ?? range.High ?? 0, Bound: null, "1", Limit: null)));

    public static Fact<Finding> Confounded(decimal value, params Confounder[] by) =>
        Known(new Finding(Interval.Exactly(value), UnknownReason.Confounded, new Shown.Number(value, Bound: null, "1", Limit: null))
        {
            IsConfounded = true,
            Confounders = [.. by],
        });

    /// <summary>Everything known and nothing remarkable: 0 points.</summary>
    public static PatientFacts Well() => Of(
        ("nlr", Number(2)),
        ("ldh", Number(0.8m)),
        ("pvtt", No()),
        ("spread", No()),
        ("afp", Number(12)),
        ("child-pugh", Number(5)));

    public static PatientFacts Of(params (string Id, Fact<Finding> Fact)[] facts) =>
        new(HccModel.AsOf, facts.ToImmutableDictionary(fact => fact.Id, fact => fact.Fact, StringComparer.Ordinal));

    public static PatientFacts But(this PatientFacts patient, string id, Fact<Finding> fact) =>
        patient.With(KeyValuePair.Create(id, fact));

    public static RiskAssessment Assess(this PatientFacts patient) => RiskAssessment.Of(HccModel.Model, patient);

    public static Measure<TAnalyte> Measured<TAnalyte>(decimal value, Comparison? bound = null, decimal factor = 1)
        where TAnalyte : IAnalyte => Measure<TAnalyte>.From(value, bound, factor)
            ?? throw new ArgumentOutOfRangeException(nameof(value), value, "Not believable.");
}
