using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>One result as evidence: a value that can be used, or the reason why it cannot.</summary>
internal sealed record Reading<T>(ChartObservation Observation, T? Value, UnknownReason? Problem) : PatientData
    where T : class
{
    public ClinicalTime? When => Observation.Time?.When;

    public DateTimeOffset SortTime => Results.SortTimeOf(Observation);
}

/// <summary>What is asked of the results: which codes, how recent, in which source, and how one of them is read.</summary>
internal sealed record ResultQuestion<T>(
    string Fact,
    ImmutableArray<string> Groups,
    int WindowDays,
    ChartKey Key,
    Func<ChartObservation, Reading<T>> Interpret,
    Func<T, T, T> Merge)
    where T : class
{
    /// <summary>A result without a value may still answer by its interpretation.</summary>
    public bool TakesInterpretation { get; init; }
}

/// <summary>
/// The results of one patient, by what they measure. Holds the rules that are the same for every laboratory value: what is
/// evidence, which of several counts, and what is said when none can be used (clinical model, sections 1 and 8).
/// </summary>
internal sealed class Results
{
    private static readonly string[] NotEvidence = ["entered-in-error", "cancelled", "registered"];

    private readonly PatientChart _chart;
    private readonly ReadingTrace? _trace;
    private readonly UnitTable _units;
    private readonly CodeSet _answers;
    private readonly DateTimeOffset _asOf;
    private readonly Dictionary<string, List<ChartObservation>> _byGroup;
    private readonly bool _hasWords;

    public Results(PatientChart chart, KnowledgeBase knowledge, DateTimeOffset asOf, ReadingTrace? trace = null)
    {
        (_chart, _units, _answers, _asOf, _trace) = (chart, knowledge.Units, knowledge.Codes.Answers, asOf, trace);
        _byGroup = new(chart.Observations.Length, StringComparer.Ordinal);
        var latest = asOf.AddMinutes(knowledge.Rules.FutureMinutes);
        foreach (var observation in chart.Observations)
        {
            if (!IsStanding(observation, latest))
                continue;
            foreach (var entry in knowledge.Codes.Observations.FindAll(observation.Code))
            {
                if (!_byGroup.TryGetValue(entry.Group, out var ofGroup))
                    _byGroup[entry.Group] = ofGroup = new(capacity: 1);
                // Several of its codes may be of one group.
                if (ofGroup is not [.., var last] || !ReferenceEquals(last, observation))
                    ofGroup.Add(observation);
                _hasWords |= IsInWords(observation);
            }
        }
    }

    /// <summary>Whether somebody asked what becomes of each result.</summary>
    public bool AreExplained => _trace is not null;

    /// <summary>Every result that is evidence and answers in words or by a code, whatever it measures.</summary>
    public IEnumerable<ChartObservation> InWords => !_hasWords ? [] : _byGroup.Values.SelectMany(group => group)
        .Where(IsInWords)
        .Distinct<ChartObservation>(ReferenceEqualityComparer.Instance);

    public IEnumerable<ChartObservation> Of(params ReadOnlySpan<string> groups) => HasAny(groups) ? AlsoWithoutValue(groups).Where(HasValue) : [];

    /// <summary>Whether there is any result of these groups, even without a value.</summary>
    public bool HasAny(ReadOnlySpan<string> groups)
    {
        foreach (var group in groups)
        {
            if (_byGroup.ContainsKey(group))
                return true;
        }

        return false;
    }

    /// <summary>Whether this result is of a group.</summary>
    public bool IsOf(ChartObservation observation, string group) => _byGroup.TryGetValue(group, out var ofGroup) && ofGroup.Contains(observation);

    /// <summary>Results and the panels and reports that hold their own results in components.</summary>
    public IEnumerable<ChartObservation> AlsoWithoutValue(params ReadOnlySpan<string> groups)
    {
        var found = new List<ChartObservation>();
        foreach (var group in groups)
        {
            if (_byGroup.TryGetValue(group, out var ofGroup))
                found.AddRange(ofGroup);
        }

        return found;
    }

    /// <summary>The latest usable value; a newer one that cannot be used is passed over and leaves its mark.</summary>
    public Fact<T> Latest<T>(ResultQuestion<T> question)
        where T : class
    {
        var readings = ReadingsFor(question);
        if (_chart.MayHideNewer(question.Key, _asOf.AddDays(-question.WindowDays)))
        {
            if (AreExplained)
                ExplainCut(question.Fact, readings.Select(reading => reading.Observation));
            return new Fact<T>.Unknown(UnknownReason.Truncated, Seen: readings.Length == 0 ? null : SeenIn(readings[0].Observation));
        }

        var at = Array.FindIndex(readings, reading => reading.Value is not null);
        Reading<T>[] newest = at < 0 ? [] : readings.Length == 1 ? readings
            : [.. NewestOf(readings.Where(reading => reading.Value is not null), reading => reading.When, reading => RankOf(reading.Observation))];
        if (AreExplained)
            Explain(question.Fact, readings, newest.Contains);
        if (at < 0)
            return Unusable(readings, question.Key);
        // Where several are the newest, in the order of all.
        var value = newest is [var only] ? only.Value! : readings.Where(newest.Contains).Select(reading => reading.Value!).Aggregate(question.Merge);
        return new Fact<T>.Known(value, ProvenanceOf(readings[at].Observation, isFallback: at > 0));
    }

    // In the order of Ordered. Most facts have no result or one.
    private Reading<T>[] ReadingsFor<T>(ResultQuestion<T> question)
        where T : class
    {
        List<Reading<T>>? readings = null;
        foreach (var group in question.Groups)
        {
            if (!_byGroup.TryGetValue(group, out var ofGroup))
                continue;
            foreach (var observation in ofGroup)
            {
                if (!HasValue(observation) && !question.TakesInterpretation)
                    continue;
                var reading = question.Interpret(observation);
                if (HasValue(observation) || reading.Value is not null)
                    (readings ??= []).Add(Dated(reading, question.WindowDays));
            }
        }

        return readings is null ? [] : Ordered([.. readings]);
    }

    /// <summary>Tells whoever asked that a newer one may have been cut off, so that none of these can be the latest.</summary>
    public void ExplainCut(string fact, IEnumerable<ChartObservation> results)
    {
        foreach (var result in AreExplained ? results : [])
            Explain(result, Fate.Unusable, fact, UnknownReason.Truncated.Code());
    }

    /// <summary>Tells whoever asked what became of each reading of a fact.</summary>
    public void Explain<T>(string fact, IEnumerable<Reading<T>> readings, Func<Reading<T>, bool> isUsed)
        where T : class
    {
        foreach (var reading in AreExplained ? readings : [])
        {
            var fate = reading.Value is null ? Fate.Unusable : isUsed(reading) ? Fate.Used : Fate.Superseded;
            Explain(reading.Observation, fate, fact, reading.Problem?.Code());
        }
    }

    /// <summary>Tells whoever asked what became of a result.</summary>
    public void Explain(ChartObservation observation, Fate fate, string? fact, string? why = null) =>
        _trace?.Note(observation.Reference, fate, observation.Source, fact, why);

    /// <summary>A measurement by number and unit.</summary>
    public Reading<Measure<TAnalyte>> Measured<TAnalyte>(ChartObservation observation, string? unitsOf = null)
        where TAnalyte : IAnalyte
    {
        var (number, comparator, unit) = observation.Value switch
        {
            ChartValue.Quantity quantity => ((decimal?)quantity.Value, quantity.Comparator, quantity.Unit),
            ChartValue.Number plain => (plain.Value, null, null),
            _ => (null, null, null),
        };
        if (observation.Value is ChartValue.Unreadable)
            return new(observation, Value: null, UnknownReason.Unreadable);
        if (number is not { } reported || !TryBound(comparator, out var bound))
            return new(observation, Value: null, UnknownReason.Ambiguous);
        var analyte = unitsOf ?? TAnalyte.Name;
        if (observation.Value is ChartValue.Quantity { WrittenUnit: { } written } && _units.Contradict(analyte, unit, written))
            return new(observation, Value: null, UnknownReason.CodeUnitConflict);
        return _units.Find(analyte, unit) switch
        {
            UnitConversion.Exact exact => Believable(Measure<TAnalyte>.From(reported, bound, exact.Factor)),
            UnitConversion.Uncertain uncertain => Believable(Measure<TAnalyte>.From(reported, bound, uncertain.Factor, uncertain.Alternative)),
            UnitConversion.OtherQuantity => new(observation, Value: null, UnknownReason.CodeUnitConflict),
            _ => new(observation, Value: null, UnknownReason.UnknownUnit),
        };

        Reading<Measure<TAnalyte>> Believable(Measure<TAnalyte>? measure) =>
            new(observation, measure, measure is null ? UnknownReason.Implausible : null);
    }

    /// <summary>The reading with its date judged: too old, or too coarsely dated to say.</summary>
    public Reading<T> Dated<T>(Reading<T> reading, int windowDays)
        where T : class
    {
        if (reading.When is not { } time)
            return reading.Problem == UnknownReason.Unreadable ? reading : new(reading.Observation, Value: null, UnknownReason.ImpreciseDate);
        if (time.Latest < _asOf.AddDays(-windowDays))
            return new(reading.Observation, Value: null, UnknownReason.TooOld);
        return time.Precision is TimePrecision.Month or TimePrecision.Year
            ? new(reading.Observation, Value: null, UnknownReason.ImpreciseDate)
            : reading;
    }

    /// <summary>
    /// Those that may be the newest: a result of a day may be later or earlier than one of an hour of that day, so that both
    /// stay. At one time only the best of them counts.
    /// </summary>
    public static IEnumerable<T> NewestOf<T>(IEnumerable<T> all, Func<T, ClinicalTime?> when, Func<T, int> rank)
    {
        var dated = all.Where(item => when(item) is not null).ToArray();
        if (dated.Length < 2)
            return dated;
        var surelyNewest = dated.Max(item => when(item)!.Value.Earliest);
        return dated.Where(item => when(item)!.Value.Latest >= surelyNewest)
            .GroupBy(item => when(item)!.Value)
            .SelectMany(atOneTime => atOneTime.GroupBy(rank).MaxBy(equals => equals.Key)!);
    }

    /// <summary>Newest first; at one time the better status first; then a fixed order, so that the order of arrival never matters.</summary>
    public static Reading<T>[] Ordered<T>(Reading<T>[] readings)
        where T : class => readings.Length < 2 ? readings :
        [.. readings
            .OrderByDescending(reading => reading.SortTime)
            .ThenByDescending(reading => RankOf(reading.Observation))
            .ThenBy(reading => reading.Observation.Reference, StringComparer.Ordinal)];

    /// <summary>
    /// The reason when no reading can be used: that of the newest, and of the source when there is none. For sources of which
    /// nothing inside the window is hidden: what was cut off is too old to count, as if it were not recorded.
    /// </summary>
    public Fact<T> Unusable<T>(Reading<T>[] ordered, ChartKey key, string? datum = null)
        where T : class => ordered.Length == 0
            ? new Fact<T>.Unknown(_chart.WhyNotFound(key) is var why && why == UnknownReason.Truncated ? UnknownReason.NotRecorded : why, datum)
            : new Fact<T>.Unknown(ordered[0].Problem ?? UnknownReason.NotRecorded, datum, SeenIn(ordered[0].Observation));

    /// <summary>The latest that a result can be; what cannot be read and has no date may be newer than all.</summary>
    public static DateTimeOffset SortTimeOf(ChartObservation observation) => observation.Time?.When.Latest
        ?? (observation.Value is ChartValue.Unreadable ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue);

    /// <summary>Corrected and amended results beat final ones, and those beat everything else.</summary>
    public static int RankOf(ChartObservation observation) => observation.Status switch
    {
        "corrected" or "amended" => 2,
        "final" => 1,
        _ => 0,
    };

    public static Provenance ProvenanceOf(ChartObservation observation, bool isFallback)
    {
        var provenance = new Provenance(observation.Time?.When, observation.Reference);
        if (RankOf(observation) == 0)
            provenance = provenance.With(Mark.Preliminary);
        if (observation.Time?.Origin == TimeOrigin.Issued)
            provenance = provenance.With(Mark.IssuedOnly);
        return isFallback ? provenance.With(Mark.FallbackFromNewer) : provenance;
    }

    // A unit that no table lists is somebody's free text: the value is shown without it.
    private SeenValue SeenIn(ChartObservation observation)
    {
        var (text, unit) = observation.Value switch
        {
            ChartValue.Quantity quantity => (quantity.Comparator + quantity.Value.ToString(CultureInfo.InvariantCulture), quantity.Unit),
            ChartValue.Number number => (number.Value.ToString(CultureInfo.InvariantCulture), null),
            _ => ("", null),
        };
        return new(text, unit is not null && _units.Knows(unit) ? unit.Trim() : null, observation.Time?.When, observation.Reference);
    }

    private static bool IsInWords(ChartObservation observation) => observation.Value is ChartValue.Text or ChartValue.Concept;

    private static bool HasValue(ChartObservation observation) => observation.Value is not null;

    private bool IsStanding(ChartObservation observation, DateTimeOffset latest)
    {
        var why = NotEvidence.Contains(observation.Status, StringComparer.Ordinal) ? observation.Status
            : observation.Time?.When.Earliest > latest ? "future"
            : null;
        if ((why ?? (HasValue(observation) || IsAnsweredBeside(observation) ? null : "no-value")) is { } told)
            Explain(observation, Fate.NotEvidence, fact: null, told);
        return why is null;
    }

    private bool IsAnsweredBeside(ChartObservation observation) => observation.Interpretation.Any(said => _answers.FindAll(said).Length > 0);

    private static bool TryBound(string? comparator, out Comparison? bound)
    {
        bound = comparator switch
        {
            ">" => Comparison.GreaterThan,
            ">=" => Comparison.AtLeast,
            "<" => Comparison.LessThan,
            "<=" => Comparison.AtMost,
            _ => null,
        };
        return bound is not null || string.IsNullOrEmpty(comparator);
    }
}
