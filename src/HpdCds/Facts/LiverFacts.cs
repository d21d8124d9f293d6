using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>Liver function: Child-Pugh from its five parts or as recorded, and ALBI.</summary>
internal sealed class LiverFacts(
    PatientChart chart,
    ConditionFacts conditions,
    LaboratoryFacts laboratory,
    Results results,
    KnowledgeBase knowledge)
{
    private static readonly string[] Scores = ["child-pugh-score"];

    public Fact<Finding> ChildPugh(bool isAnticoagulated)
    {
        var (bilirubin, albumin, inr) = (laboratory.Bilirubin, laboratory.Albumin, laboratory.Inr);
        var parts = new ChildPughParts(
            bilirubin,
            albumin,
            inr,
            conditions.Complication("ascites", "ascites", "ascites-malignant"),
            conditions.Complication("encephalopathy", "encephalopathy", "encephalopathy-coma"),
            isAnticoagulated);
        var score = ChildPughScore.From(parts, knowledge.Rules.ChildPugh);
        var computed = new Fact<Finding>.Known(score.ToFinding(), ProvenanceOf(score, bilirubin, albumin, inr));
        return WithRecorded(score, computed);
    }

    public Fact<Finding> Albi => (laboratory.Bilirubin, laboratory.Albumin) switch
    {
        (Fact<Measure<Bilirubin>>.Known bilirubin, Fact<Measure<Albumin>>.Known albumin) => new Fact<Finding>.Known(
            AlbiScore.From(bilirubin.Value, albumin.Value).ToFinding(),
            Older(bilirubin.Provenance, albumin.Provenance)),
        (Fact<Measure<Bilirubin>>.Unknown bilirubin, _) => new Fact<Finding>.Unknown(bilirubin.Reason, "bilirubin"),
        (_, Fact<Measure<Albumin>>.Unknown albumin) => new Fact<Finding>.Unknown(albumin.Reason, "albumin"),
        _ => new Fact<Finding>.Unknown(UnknownReason.NotRecorded),
    };

    /// <summary>
    /// A score that somebody recorded counts when it is not older than the newest laboratory part: it settles what the
    /// parts leave open, and where it falls in another class than they allow, the two conflict and both stay possible.
    /// </summary>
    private Fact<Finding> WithRecorded(ChildPughScore score, Fact<Finding>.Known computed)
    {
        var recorded = results.Latest(new ResultQuestion<Finding>(
            "child-pugh",
            [.. Scores],
            knowledge.Rules.Window("child-pugh"),
            ChartKey.Staging,
            RecordedScore,
            (one, other) => one.Against(other)));
        if (recorded is not Fact<Finding>.Known { Value.Shown: Shown.Number { Value: var stated } } known || IsOlderThanParts(known.Provenance))
            return computed;
        var total = (int)stated;
        var isPossible = ChildPughScore.ClassOf(total) is var itsClass
            && (itsClass == ChildPughScore.ClassOf(score.Low) || itsClass == ChildPughScore.ClassOf(score.High) || (total >= score.Low && total <= score.High));
        var settled = new Finding(known.Value.Compared, UnknownReason.Conflicting, new Shown.Span(total, total, "{score}", ChildPughScore.ClassOf(total)));
        return isPossible
            ? new Fact<Finding>.Known(settled, known.Provenance)
            : new Fact<Finding>.Known(
                computed.Value with { Compared = computed.Value.Compared.Hull(settled.Compared), WhyOpen = UnknownReason.Conflicting, Datum = "child-pugh" },
                computed.Provenance);
    }

    private Reading<Finding> RecordedScore(ChartObservation observation)
    {
        var reading = results.Measured<RecordedChildPugh>(observation, "score");
        return new(observation, reading.Value is { } score ? Finding.Of(score) : null, reading.Problem);
    }

    private bool IsOlderThanParts(Provenance recorded) => results
        .Of("bilirubin-total-mass", "bilirubin-total-moles", "bilirubin-total-any", "albumin", "albumin-moles", "inr")
        .Any(part => part.Time?.When.Earliest > recorded.When?.Latest);

    private Provenance ProvenanceOf(ChildPughScore score, params IEnumerable<object> parts)
    {
        var provenances = parts.Select(part => part switch
        {
            Fact<Measure<Bilirubin>>.Known known => known.Provenance,
            Fact<Measure<Albumin>>.Known known => known.Provenance,
            Fact<Measure<ProthrombinRatio>>.Known known => known.Provenance,
            _ => null,
        }).OfType<Provenance>().ToArray();
        var oldest = provenances.Length == 0 ? new Provenance(when: null, $"Patient/{chart.PatientId}") : provenances.Aggregate(Older);
        return score.Parts.Any(part => part.IsPresumed) ? oldest.With(Mark.PresumedPart) : oldest;
    }

    private static Provenance Older(Provenance one, Provenance other) => (other.When?.Latest < one.When?.Latest ? other : one) with
    {
        Marks = [.. one.Marks.Union(other.Marks)],
    };
}

/// <summary>A Child-Pugh score that a clinician recorded, 5 to 15.</summary>
internal abstract class RecordedChildPugh : IAnalyte
{
    public static string Name => "child-pugh";

    public static string Unit => "{score}";

    public static Interval Plausible => Interval.Between(5, 15);
}
