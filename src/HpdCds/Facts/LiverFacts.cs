using System.Collections.Immutable;
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
    private static readonly ImmutableArray<string> RecordedGroups = ["child-pugh-score", "child-pugh-class"];

    private static readonly UnknownReason[] SaysMoreThanIsRead =
        [UnknownReason.Ambiguous, UnknownReason.Unreadable, UnknownReason.UnknownUnit, UnknownReason.CodeUnitConflict, UnknownReason.Implausible, UnknownReason.ImpreciseDate];

    /// <param name="isAnticoagulated">An order says so.</param>
    /// <param name="mayTakeAnyDrug">There is an order of which nobody here can say what it is.</param>
    public Fact<Finding> ChildPugh(bool isAnticoagulated, bool mayTakeAnyDrug)
    {
        var (bilirubin, albumin, inr) = (laboratory.Bilirubin, laboratory.Albumin, laboratory.Inr);
        var parts = new ChildPughParts(
            bilirubin,
            albumin,
            inr,
            Ascites,
            Encephalopathy,
            isAnticoagulated)
        {
            MedicationsUnread = chart.WhyNotFound(ChartKey.Medications) is var why && why != UnknownReason.NotRecorded ? why : mayTakeAnyDrug ? UnknownReason.Ambiguous : null,
        };
        var score = ChildPughScore.From(parts, knowledge.Rules.ChildPugh);
        var computed = new Fact<Finding>.Known(score.ToFinding(), ProvenanceOf(score, PlaceOf(bilirubin), PlaceOf(albumin), PlaceOf(inr)));
        return WithRecorded(score, computed);
    }

    public Fact<Finding> Albi => AlbiOf(laboratory);

    public ImmutableArray<FactPart> PartsOfAlbi =>
        [new("bilirubin", laboratory.Bilirubin.Map(Finding.Of)), new("albumin", laboratory.Albumin.Map(Finding.Of))];

    public ImmutableArray<FactPart> PartsOfChildPugh =>
        [.. PartsOfAlbi, new("inr", laboratory.Inr.Map(Finding.Of)), new("ascites", Ascites.Map(Graded)), new("encephalopathy", Encephalopathy.Map(Graded))];

    private Fact<ComplicationGrade> Ascites => field ??= conditions.Complication("ascites", "ascites", "ascites-malignant");

    private Fact<ComplicationGrade> Encephalopathy => field ??= conditions.Complication("encephalopathy", "encephalopathy", "encephalopathy-mild", "encephalopathy-coma");

    private static Finding Graded(ComplicationGrade grade) => new(Interval.Everything, UnknownReason.ComponentUnknown, new Shown.Code(Kebab.Case(grade)));

    public static Fact<Finding> AlbiOf(LaboratoryFacts laboratory) => (laboratory.Bilirubin, laboratory.Albumin) switch
    {
        (Fact<Measure<Bilirubin>>.Known bilirubin, Fact<Measure<Albumin>>.Known albumin) => new Fact<Finding>.Known(
            AlbiScore.From(bilirubin.Value, albumin.Value).ToFinding(),
            Older(bilirubin.Provenance, albumin.Provenance)),
        (Fact<Measure<Bilirubin>>.Unknown bilirubin, _) => new Fact<Finding>.Unknown(bilirubin.Reason, "bilirubin"),
        (_, Fact<Measure<Albumin>>.Unknown albumin) => new Fact<Finding>.Unknown(albumin.Reason, "albumin"),
        _ => new Fact<Finding>.Unknown(UnknownReason.NotRecorded),
    };

    /// <summary>
    /// A score or class that somebody recorded counts when it is not older than the newest laboratory part: it settles what
    /// the parts leave open, and where it is a class that they do not allow, the two conflict and both stay possible.
    /// </summary>
    private Fact<Finding> WithRecorded(ChildPughScore score, Fact<Finding>.Known computed)
    {
        var recorded = results.Latest(new ResultQuestion<Finding>(
            "child-pugh",
            RecordedGroups,
            knowledge.Rules.Window("child-pugh"),
            ChartKey.Staging,
            observation => UnlessOlderThanParts(Recorded(observation)),
            (one, other) => one.Against(other)));
        if (recorded is Fact<Finding>.Unknown { Reason: var why } && MayBeUnread(why) && computed.Value.WhyOpen == UnknownReason.NotRecorded)
            return computed with { Value = computed.Value with { WhyOpen = why } };
        // One that came and cannot be read may be another class than the computed one.
        if (recorded is Fact<Finding>.Unknown { Reason: var unread } && SaysMoreThanIsRead.Contains(unread))
            return computed with { Provenance = computed.Provenance.With(Mark.FallbackFromNewer) };
        if (recorded is not Fact<Finding>.Known { Value: { Shown: Shown.Span stated } finding } known)
            return computed;
        var (least, most) = ChildPughScore.ScoresOf(ChildPughScore.ClassOf(stated.Low));
        if (least > score.High || most < score.Low)
        {
            return new Fact<Finding>.Known(
                computed.Value with { Compared = computed.Value.Compared.Hull(finding.Compared), WhyOpen = UnknownReason.Conflicting, Datum = "child-pugh" },
                computed.Provenance);
        }

        // A recorded score stands as it is; a class leaves of the computed scores those that are of it.
        var (low, high) = stated.Low == stated.High ? (stated.Low, stated.High) : (Math.Max(least, score.Low), Math.Min(most, score.High));
        return new Fact<Finding>.Known(
            stated.Low == stated.High
                ? new Finding(finding.Compared, UnknownReason.Conflicting, Span(low, high))
                : new Finding(Interval.Between(low, high), finding.WhyOpen, Span(low, high)),
            known.Provenance);
    }

    // What is missing of the parts may stand as a score or class in what was not read; without a code for one nobody could tell.
    private bool MayBeUnread(UnknownReason why) =>
        why is UnknownReason.NotAuthorised or UnknownReason.SourceFailed or UnknownReason.Truncated or UnknownReason.NotSupplied
        && RecordedGroups.Any(group => knowledge.Codes.Observations.CodesOf(group).Count > 0);

    // A score under the code of the class, or the letter of a class before a score ("B7"), is still what it is.
    private Reading<Finding> Recorded(ChartObservation observation)
    {
        var isNumber = observation.Value is ChartValue.Number or ChartValue.Quantity or ChartValue.Unreadable;
        if (!isNumber)
            return RecordedClass(observation);
        var reading = results.Measured<RecordedChildPugh>(observation, "score");
        if (reading.Value is { Value: var points } && points != decimal.Truncate(points))
            return new(observation, Value: null, UnknownReason.Unreadable);
        var finding = reading.Value is { Value: var total } score ? Finding.Of(score) with { Shown = Span((int)total, (int)total) } : null;
        return new(observation, finding, reading.Problem);
    }

    private Reading<Finding> RecordedClass(ChartObservation observation)
    {
        var words = StageWords.Of(observation.Value).ToArray();
        var letter = StageWords.ChildPughClass(words);
        if (letter is null or StageWords.Unclear || Array.Exists(words, knowledge.Terms.IsDoubted))
            return new(observation, Value: null, UnknownReason.Ambiguous);
        var (least, most) = ChildPughScore.ScoresOf(letter);
        return new(observation, new Finding(Interval.Between(least, most), UnknownReason.ComponentUnknown, Span(least, most)), Problem: null);
    }

    private static Shown.Span Span(int low, int high) => new(low, high, "{score}", ChildPughScore.ClassOf(low) is var first && ChildPughScore.ClassOf(high) == first ? first : $"{first}-{ChildPughScore.ClassOf(high)}");

    private Reading<Finding> UnlessOlderThanParts(Reading<Finding> recorded) => results
        .Of("bilirubin-total-mass", "bilirubin-total-moles", "bilirubin-total-any", "albumin", "albumin-moles", "inr")
        .Any(part => part.Time?.When.Earliest > recorded.When?.Latest) ? new(recorded.Observation, Value: null, UnknownReason.TooOld) : recorded;

    private static Provenance ProvenanceOf(ChildPughScore score, params ReadOnlySpan<Provenance?> parts)
    {
        Provenance? oldest = null;
        foreach (var part in parts)
        {
            if (part is not null)
                oldest = oldest is null ? part : Older(oldest, part);
        }

        oldest ??= new Provenance(when: null, "");
        var presumed = score.Parts.Where(part => part.IsPresumed).Select(part => part.Name).ToImmutableArray();
        return presumed.IsEmpty ? oldest : oldest.With(Mark.PresumedPart) with { PresumedParts = presumed };
    }

    private static Provenance Older(Provenance one, Provenance other)
    {
        var older = other.When?.Latest < one.When?.Latest ? other : one;
        return one.Marks.IsEmpty && other.Marks.IsEmpty ? older : older with { Marks = [.. one.Marks.Union(other.Marks)] };
    }

    private static Provenance? PlaceOf<T>(Fact<T> fact)
        where T : notnull => (fact as Fact<T>.Known)?.Provenance;
}

/// <summary>A Child-Pugh score that a clinician recorded, 5 to 15.</summary>
internal abstract class RecordedChildPugh : IAnalyte
{
    public static string Name => "child-pugh";

    public static string Unit => "{score}";

    public static Interval Plausible => Interval.Between(5, 15);
}
