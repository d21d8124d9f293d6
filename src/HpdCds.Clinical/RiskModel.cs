using System.Collections.Frozen;
using System.Collections.Immutable;

namespace HpdCds.Clinical;

/// <summary>How far published evidence carries a factor, best first.</summary>
public enum Tier
{
    /// <summary>A multivariable result in liver cancer.</summary>
    A,

    /// <summary>As A, with a borrowed cut-off or a direction only.</summary>
    AMinus,

    /// <summary>Univariable in liver cancer, or pooled pan-tumour.</summary>
    B,

    /// <summary>Indirect.</summary>
    C,

    /// <summary>A small series.</summary>
    D,

    /// <summary>Contradicted, or one study.</summary>
    E,
}

/// <summary>How the factors of a domain add up, before its cap.</summary>
public enum Combination
{
    /// <summary>The highest of them.</summary>
    Highest,

    /// <summary>Their sum.</summary>
    Sum,
}

/// <summary>The ordinal bands of the answer; never a probability.</summary>
public enum Band
{
    /// <summary>Few reported risk factors.</summary>
    Baseline,

    /// <summary>Several reported risk factors.</summary>
    Raised,

    /// <summary>Many reported risk factors.</summary>
    High,
}

/// <summary>A number of points that lies between two ends, both included.</summary>
/// <param name="Low">The fewest points.</param>
/// <param name="High">The most points.</param>
public readonly record struct PointsRange(int Low, int High)
{
    /// <summary>Whether the points are settled.</summary>
    public bool IsSettled => Low == High;

    /// <summary>The kind of thing, and nothing of its content: it may be about a patient.</summary>
    public override string ToString() => "[PointsRange]";
}

/// <summary>A band that lies between two ends, both included.</summary>
/// <param name="Low">The lowest band.</param>
/// <param name="High">The highest band.</param>
public readonly record struct BandRange(Band Low, Band High)
{
    /// <summary>Whether the band is settled.</summary>
    public bool IsSettled => Low == High;

    /// <summary>The kind of thing, and nothing of its content: it may be about a patient.</summary>
    public override string ToString() => "[BandRange]";
}

/// <summary>A row of a factor's scoring: the first threshold that a value meets gives its points.</summary>
/// <param name="Threshold">The threshold, in the quantity that the finding compares.</param>
/// <param name="Points">The points when met; 0 for factors that are shown and not scored.</param>
public readonly record struct ScoringLevel(Threshold Threshold, int Points);

/// <summary>A group of factors that share a cap, so that one process in the patient is not counted twice.</summary>
/// <param name="Id">The id on the wire.</param>
/// <param name="Combination">How its factors add up.</param>
/// <param name="Cap">The most points that the domain gives.</param>
public sealed record Domain(string Id, Combination Combination, int Cap);

/// <summary>One row of a model's table (clinical model, sections 2 and 3).</summary>
/// <param name="Id">The id on the wire, and of the fact that it reads.</param>
/// <param name="Domain">The id of its domain.</param>
/// <param name="IsCore">Whether its absence widens the answer.</param>
/// <param name="Levels">The scoring, most points first.</param>
/// <param name="Threshold">The threshold as a reader sees it.</param>
/// <param name="Tier">How far the evidence carries.</param>
/// <param name="Evidence">Ids of the citations.</param>
/// <param name="ReviewFeature">Whether the row is one of the features named by the seed review.</param>
public sealed record Factor(
    string Id,
    string Domain,
    bool IsCore,
    ImmutableArray<ScoringLevel> Levels,
    string Threshold,
    Tier Tier,
    ImmutableArray<string> Evidence,
    bool ReviewFeature)
{
    /// <summary>The points that a reading of <paramref name="possible"/> can give.</summary>
    public PointsRange PointsFor(Interval possible) => Read(possible).Points;

    /// <summary>Whether a reading meets any of the levels: surely, surely not, or (null) neither.</summary>
    public bool? IsMet(Interval possible) => Read(possible).IsMet;

    /// <summary>Both of these at once.</summary>
    internal (PointsRange Points, bool? IsMet) Read(Interval possible)
    {
        var (low, high) = (int.MaxValue, int.MinValue);
        var (meets, misses) = (false, false);
        foreach (var (level, _) in PartsOf(possible))
        {
            var points = level is { } met ? Levels[met].Points : 0;
            (low, high) = (Math.Min(low, points), Math.Max(high, points));
            (meets, misses) = (meets || level is not null, misses || level is null);
        }

        return (new(low, high), meets == misses ? null : meets);
    }

    /// <summary>A reading divided among the levels that it can reach, most points first, and what misses all of them.</summary>
    /// <param name="possible">The values that are possible, in the unit of the thresholds.</param>
    /// <returns>Parts that are not empty, each with the place of its level in <see cref="Levels"/>; null for the part that meets none.</returns>
    public IEnumerable<(int? Level, Interval Part)> PartsOf(Interval possible)
    {
        Interval? rest = possible;
        for (var level = 0; level < Levels.Length; level++)
        {
            if (rest is null)
                yield break;
            if (Levels[level].Threshold.Meeting(rest.Value) is { } met)
                yield return (level, met);
            rest = Levels[level].Threshold.Missing(rest.Value);
        }

        if (rest is { } missing)
            yield return (null, missing);
    }
}

/// <summary>
/// A risk model: an additive table whose every number is this project's own choice on published evidence. Checked when it
/// is built; a model that exists can be assessed.
/// </summary>
public sealed record RiskModel
{
    private readonly FrozenDictionary<string, int> _places;
    private readonly FrozenDictionary<string, Factor[]> _ofDomain;

    /// <summary>Builds a model from its data.</summary>
    /// <exception cref="ArgumentException">The data do not make a model; the message lists every fault.</exception>
    public RiskModel(
        string id,
        string version,
        ImmutableArray<Domain> domains,
        ImmutableArray<Factor> factors,
        ImmutableArray<(Band Band, PointsRange Points)> bands,
        ImmutableArray<string> assessableWithAnyOf,
        ImmutableArray<string> leastWhenNotRecorded)
    {
        (Id, Version, Domains, Factors, Bands) = (id, version, domains, factors, bands);
        (AssessableWithAnyOf, LeastWhenNotRecorded) = (assessableWithAnyOf, leastWhenNotRecorded);
        var faults = Faults().ToArray();
        if (faults.Length > 0)
            throw new ArgumentException($"Model {id}: {string.Join("; ", faults)}.", nameof(factors));
        _places = Factors.Select((factor, place) => (factor.Id, Place: place)).ToFrozenDictionary(factor => factor.Id, factor => factor.Place, StringComparer.Ordinal);
        _ofDomain = Factors.GroupBy(factor => factor.Domain, StringComparer.Ordinal).ToFrozenDictionary(domain => domain.Key, domain => domain.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>The id on the wire.</summary>
    public string Id { get; }

    /// <summary>The semantic version of the table.</summary>
    public string Version { get; }

    /// <summary>The domains, in display order.</summary>
    public ImmutableArray<Domain> Domains { get; }

    /// <summary>The rows, in table order.</summary>
    public ImmutableArray<Factor> Factors { get; }

    /// <summary>Which points make which band: without gap or overlap from 0 to <see cref="MostPoints"/>.</summary>
    public ImmutableArray<(Band Band, PointsRange Points)> Bands { get; }

    /// <summary>With all of these fully open, the patient cannot be assessed.</summary>
    public ImmutableArray<string> AssessableWithAnyOf { get; }

    /// <summary>Factors that hospitals seldom code: not recorded, they alone do not make a card (clinical model, section 6).</summary>
    public ImmutableArray<string> LeastWhenNotRecorded { get; }

    /// <summary>Where a factor stands among <see cref="Factors"/>; null where the model has no such factor.</summary>
    internal int? PlaceOf(string factor) => _places.TryGetValue(factor, out var place) ? place : null;

    /// <summary>The most points that the model gives.</summary>
    public int MostPoints => Domains.Sum(domain => domain.Cap);

    /// <summary>The band of a number of points.</summary>
    public Band BandOf(int points) => Bands.First(band => points >= band.Points.Low && points <= band.Points.High).Band;

    /// <summary>The total of all factors, after the caps of their domains.</summary>
    public PointsRange Total(Func<Factor, PointsRange> pointsOf)
    {
        var (low, high) = (0, 0);
        foreach (var domain in Domains)
        {
            var points = DomainTotal(domain, pointsOf);
            (low, high) = (low + points.Low, high + points.High);
        }

        return new(low, high);
    }

    /// <summary>The points of one domain, after its cap.</summary>
    public PointsRange DomainTotal(Domain domain, Func<Factor, PointsRange> pointsOf)
    {
        ArgumentNullException.ThrowIfNull(domain);
        // Without lists: to find what would settle an answer, this is asked some thousand times.
        var (low, high) = (0, 0);
        foreach (var factor in _ofDomain.GetValueOrDefault(domain.Id, []))
        {
            var points = pointsOf(factor);
            (low, high) = domain.Combination == Combination.Sum
                ? (low + points.Low, high + points.High)
                : (Math.Max(low, points.Low), Math.Max(high, points.High));
        }

        return new(Math.Min(low, domain.Cap), Math.Min(high, domain.Cap));
    }

    private IEnumerable<string> Faults()
    {
        var domains = Domains.Select(domain => domain.Id).ToHashSet(StringComparer.Ordinal);
        var factors = Factors.Select(factor => factor.Id).ToHashSet(StringComparer.Ordinal);
        if (domains.Count != Domains.Length)
            yield return "a domain stands twice";
        if (factors.Count != Factors.Length)
            yield return "a factor stands twice";
        foreach (var domain in Domains.Where(domain => domain.Cap < 0))
            yield return $"domain {domain.Id} has a cap below 0";
        foreach (var factor in Factors.Where(factor => !domains.Contains(factor.Domain)))
            yield return $"factor {factor.Id} names the domain {factor.Domain}, which does not exist";
        foreach (var factor in Factors.Where(factor => factor.IsCore && factor.Levels.All(level => level.Points == 0)))
            yield return $"core factor {factor.Id} gives no points";
        foreach (var factor in Factors.Where(factor => factor.Levels.Any(level => level.Points < 0)))
            yield return $"factor {factor.Id} has points below 0";
        foreach (var factor in Factors.Where(factor => !factor.Levels.IsDefaultOrEmpty && !HasFallingPoints(factor.Levels)))
            yield return $"factor {factor.Id} does not list its levels by falling points";
        foreach (var factor in Factors.Where(factor => factor.Evidence.IsDefaultOrEmpty))
            yield return $"factor {factor.Id} has no evidence";
        foreach (var id in AssessableWithAnyOf.Concat(LeastWhenNotRecorded).Where(id => !factors.Contains(id)))
            yield return $"factor {id} is named and does not exist";
        for (var points = 0; points <= MostPoints; points++)
        {
            if (Bands.Count(band => points >= band.Points.Low && points <= band.Points.High) != 1)
                yield return $"{points} points belong to no band or to more than one";
        }
    }

    // The first level that is met decides: an earlier one with fewer points would hide a later one with more.
    private static bool HasFallingPoints(ImmutableArray<ScoringLevel> levels) =>
        levels.Zip(levels.Skip(1)).All(pair => pair.First.Points > pair.Second.Points);
}
