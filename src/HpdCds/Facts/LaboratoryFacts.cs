using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>The laboratory values that a model reads one by one.</summary>
internal sealed class LaboratoryFacts(Results results, KnowledgeBase knowledge, PersonFacts person)
{
    public Fact<Measure<Albumin>> Albumin => field ??= Simple<Albumin>("albumin", ChartKey.Liver, "albumin", "albumin-moles");

    public Fact<Measure<Bilirubin>> Bilirubin => field ??=
        Simple<Bilirubin>("bilirubin", ChartKey.Liver, "bilirubin-total-mass", "bilirubin-total-moles", "bilirubin-total-any");

    public Fact<Measure<ProthrombinRatio>> Inr => field ??= Simple<ProthrombinRatio>("inr", ChartKey.Liver, "inr");

    public Fact<Finding> Afp => field ??= Marked(Simple<AlphaFetoprotein>("afp", ChartKey.Markers, "afp-mass", "afp-units"));

    public Fact<Finding> Crp => field ??= Simple<CReactiveProtein>("crp", ChartKey.Chemistry, "crp", "crp-hs").Map(Finding.Of);

    public Fact<Finding> Ldh => field ??= results.Latest(new ResultQuestion<Finding>(
        "ldh",
        ["ldh"],
        knowledge.Rules.Window("ldh"),
        ChartKey.Chemistry,
        observation => UnlessHaemolysed(WithLimit(results.Measured<LactateDehydrogenase>(observation), LimitSide.Upper)),
        (one, other) => one.Against(other)));

    public Fact<Finding> Haemoglobin => field ??= results.Latest(new ResultQuestion<Finding>(
        "haemoglobin",
        ["hemoglobin", "hemoglobin-moles"],
        knowledge.Rules.Window("haemoglobin"),
        ChartKey.Cbc,
        observation => WithLimit(results.Measured<Haemoglobin>(observation), LimitSide.Lower),
        (one, other) => one.Against(other)));

    private Fact<Measure<TAnalyte>> Simple<TAnalyte>(string window, ChartKey key, params ImmutableArray<string> groups)
        where TAnalyte : IAnalyte => results.Latest(new ResultQuestion<Measure<TAnalyte>>(
            window,
            groups,
            knowledge.Rules.Window(window),
            key,
            observation => results.Measured<TAnalyte>(observation),
            (one, other) => one.Against(other)));

    private Reading<Finding> WithLimit<TAnalyte>(Reading<Measure<TAnalyte>> reading, LimitSide side)
        where TAnalyte : IAnalyte
    {
        if (reading.Value is not { } measure)
            return new(reading.Observation, Value: null, reading.Problem);
        var limit = new ReferenceLimits(knowledge.Units, knowledge.Terms, person).Find<TAnalyte>(reading.Observation, side, out var problem);
        return new(reading.Observation, limit is { } found ? Finding.AgainstLimit(measure, found) : null, problem);
    }

    // Red cells are full of it: what leaked from them in the tube is not the tumour's.
    private Reading<Finding> UnlessHaemolysed(Reading<Finding> reading) =>
        reading.Value is { } finding && ConfounderFacts.IsHaemolysed(reading.Observation, knowledge)
            ? new(reading.Observation, finding with { Confounders = [Confounder.Haemolysis], IsConfounded = true }, Problem: null)
            : reading;

    private static Fact<Finding> Marked(Fact<Measure<AlphaFetoprotein>> fact) => fact is Fact<Measure<AlphaFetoprotein>>.Known { Value.IsConverted: true } converted
        ? new Fact<Finding>.Known(Finding.Of(converted.Value), converted.Provenance.With(Mark.Converted))
        : fact.Map(Finding.Of);
}
