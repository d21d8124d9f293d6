using System.Collections.Immutable;

namespace HpdCds.Clinical;

/// <summary>What the chart supports about a patient at a moment, one fact for each factor that any model reads.</summary>
/// <param name="AsOf">The moment of the assessment.</param>
/// <param name="Factors">The facts by factor id. An id that is missing was not read: Unknown(NotSupplied).</param>
public sealed record PatientFacts(DateTimeOffset AsOf, IReadOnlyDictionary<string, Fact<Finding>> Factors) : PatientData
{
    private static readonly Fact<Finding> NotRead = new Fact<Finding>.Unknown(UnknownReason.NotSupplied);

    /// <summary>The fact that a factor reads.</summary>
    public Fact<Finding> this[string factor] => Factors.GetValueOrDefault(factor, NotRead);

    /// <summary>The same patient where some facts are others.</summary>
    public PatientFacts With(params IEnumerable<KeyValuePair<string, Fact<Finding>>> others) => this with { Factors = Factors.ToImmutableDictionary(StringComparer.Ordinal).SetItems(others) };
}

/// <summary>One row of the model's table for one patient.</summary>
/// <param name="Factor">The row.</param>
/// <param name="Fact">The fact as read.</param>
/// <param name="State">The state after scoring: a finding that does not settle its threshold is Unknown.</param>
/// <param name="Reason">Why unknown; null otherwise.</param>
/// <param name="Points">The points; a range for core factors that are not settled and for confounded ones.</param>
/// <param name="IsMet">Whether the threshold is met: surely, surely not, or (null) neither.</param>
public sealed record FactorAssessment(
    Factor Factor,
    Fact<Finding> Fact,
    FactState State,
    UnknownReason? Reason,
    PointsRange Points,
    bool? IsMet) : PatientData
{
    /// <summary>Everything about the row is open.</summary>
    public bool IsFullyOpen => State == FactState.Unknown && Points == Factor.PointsFor(Interval.Everything);

    /// <summary>The finding, when there is one.</summary>
    public Finding? Finding => Fact is Fact<Finding>.Known known ? known.Value : null;

    /// <summary>The name of the datum that would settle the row.</summary>
    public string Datum => State == FactState.Known
        ? $"repeat-{Factor.Id}"
        : Fact.Match((finding, _) => finding.Datum, _ => null, unknown => unknown.Datum, _ => null) ?? Factor.Id;

    /// <summary>Scores one row (clinical model, section 2, "Range").</summary>
    public static FactorAssessment Of(Factor factor, Fact<Finding> fact)
    {
        ArgumentNullException.ThrowIfNull(factor);
        ArgumentNullException.ThrowIfNull(fact);
        var nothing = new PointsRange(0, 0);
        return fact switch
        {
            Fact<Finding>.Known known => OfFinding(factor, fact, known.Value),
            Fact<Finding>.Unknown unknown => new(
                factor,
                fact,
                FactState.Unknown,
                unknown.Reason,
                factor.IsCore ? factor.PointsFor(Interval.Everything) : nothing,
                IsMet: null),
            _ => new(factor, fact, fact.State, Reason: null, nothing, IsMet: false),
        };
    }

    private static FactorAssessment OfFinding(Factor factor, Fact<Finding> fact, Finding finding)
    {
        var (read, met) = factor.Read(finding.Compared);
        var isSettled = read.IsSettled && (met is not null || factor.Levels.IsEmpty);
        var points = finding.IsConfounded ? read with { Low = 0 } : read;
        if (!factor.IsCore)
            points = new(points.Low, points.Low);
        return new(
            factor,
            fact,
            isSettled ? FactState.Known : FactState.Unknown,
            isSettled ? null : finding.WhyOpen,
            points,
            met);
    }
}

/// <summary>How many of the features that the seed review names are present (Pang 2025); no band is made of it.</summary>
/// <param name="Features">How many features there are.</param>
/// <param name="Present">How many are surely present.</param>
/// <param name="Unknown">How many are neither surely present nor surely absent.</param>
public sealed record ReviewLens(int Features, int Present, int Unknown) : PatientData;

/// <summary>The answer of a model for one patient: a range of points and of bands, and what would narrow it.</summary>
public sealed record RiskAssessment : PatientData
{
    private RiskAssessment(RiskModel model, PatientFacts facts)
    {
        Model = model;
        AsOf = facts.AsOf;
        var rows = ImmutableArray.CreateBuilder<FactorAssessment>(model.Factors.Length);
        foreach (var factor in model.Factors)
            rows.Add(FactorAssessment.Of(factor, facts[factor.Id]));
        Factors = rows.MoveToImmutable();
        IsAssessable = model.AssessableWithAnyOf.IsEmpty || !model.AssessableWithAnyOf.All(id => this[id].IsFullyOpen);
        Points = model.Total(factor => this[factor.Id].Points);
        Settles = Band.IsSettled ? null : Settling.Datum(this);
    }

    /// <summary>The model.</summary>
    public RiskModel Model { get; }

    /// <summary>The moment of the assessment.</summary>
    public DateTimeOffset AsOf { get; }

    /// <summary>One assessment for each row of the model's table, in its order.</summary>
    public ImmutableArray<FactorAssessment> Factors { get; }

    /// <summary>
    /// Whether there is enough to speak of points at all: not when all of the model's leading factors are fully open.
    /// </summary>
    public bool IsAssessable { get; }

    /// <summary>The total points. Meaningful only when <see cref="IsAssessable"/>.</summary>
    public PointsRange Points { get; }

    /// <summary>The band. Meaningful only when <see cref="IsAssessable"/>.</summary>
    public BandRange Band => BandsOf(Points);

    /// <summary>
    /// The band for the decision whether to speak: factors that hospitals seldom code, where not recorded, at their least.
    /// </summary>
    public BandRange BandWithUncodedAtLeast => BandsOf(Model.Total(factor => IsUncoded(this[factor.Id])
        ? new PointsRange(this[factor.Id].Points.Low, this[factor.Id].Points.Low)
        : this[factor.Id].Points));

    /// <summary>The single datum that would narrow the answer most; null when the band is settled.</summary>
    public string? Settles { get; }

    /// <summary>The features of the seed review.</summary>
    public ReviewLens Review
    {
        get
        {
            var features = Factors.Where(factor => factor.Factor.ReviewFeature).ToArray();
            return new(features.Length, features.Count(IsPresent), features.Count(feature => HasFeature(feature) is null));
        }
    }

    /// <summary>Whether a row of the review's list is surely present, surely absent, or (null) neither.</summary>
    /// <param name="row">A row whose factor is one of the features of the seed review.</param>
    public static bool? HasFeature(FactorAssessment row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return IsPresent(row) ? true : IsAbsent(row) ? false : null;
    }

    /// <summary>The row of a factor.</summary>
    /// <exception cref="InvalidOperationException">The model has no such factor.</exception>
    public FactorAssessment this[string factor] => Factors[Model.PlaceOf(factor) ?? throw new InvalidOperationException("The model has no such factor.")];

    /// <summary>Assesses a patient.</summary>
    public static RiskAssessment Of(RiskModel model, PatientFacts facts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(facts);
        return new(model, facts);
    }

    /// <summary>The points of one domain, after its cap.</summary>
    public PointsRange DomainPoints(Domain domain) => Model.DomainTotal(domain, factor => this[factor.Id].Points);

    internal BandRange BandsOf(PointsRange points) => new(Model.BandOf(points.Low), Model.BandOf(points.High));

    private static bool IsPresent(FactorAssessment row) => IsScored(row) ? row.Points.Low >= 1 : row.IsMet == true;

    private static bool IsAbsent(FactorAssessment row) =>
        row.IsMet == false || (IsScored(row) && row.Factor.IsCore && row.Points.High == 0);

    private static bool IsScored(FactorAssessment row) => row.Factor.Levels.Any(level => level.Points > 0);

    private bool IsUncoded(FactorAssessment row) =>
        row is { State: FactState.Unknown, Reason: UnknownReason.NotRecorded } && Model.LeastWhenNotRecorded.Contains(row.Factor.Id, StringComparer.Ordinal);
}
