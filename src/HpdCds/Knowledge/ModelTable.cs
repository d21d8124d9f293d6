using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>A published rate of hyperprogression, with the definition that it was counted by; rates are never pooled.</summary>
public sealed record PublishedRate(string Regimen, int Events, int Of, string Definition, string Evidence, string? Agent = null);

/// <summary>A model as loaded: the table that is assessed, and what is said beside it.</summary>
/// <param name="Model">The table.</param>
/// <param name="Tumours">The tumour groups for which it speaks; <c>*</c> for all that no other model names.</param>
/// <param name="HasReviewLens">Whether the seed review's list of features applies.</param>
/// <param name="Rates">Published rates by regimen.</param>
/// <param name="Reasons">Where its numbers come from.</param>
/// <param name="Overlay">The file by which a site changed the table; null when it is ours.</param>
public sealed record ModelTable(
    RiskModel Model,
    ImmutableArray<string> Tumours,
    bool HasReviewLens,
    ImmutableArray<PublishedRate> Rates,
    TableReasons Reasons,
    string? Overlay)
{
    /// <summary>The three factors of the Royal Marsden Hospital score, where it is shown beside the model: one point each.</summary>
    public ImmutableArray<string> RoyalMarsden { get; init; } = [];

    /// <summary>That score, as a range over what is not settled; null where it is not shown.</summary>
    public PointsRange? RoyalMarsdenOf(RiskAssessment assessment)
    {
        ArgumentNullException.ThrowIfNull(assessment);
        if (RoyalMarsden.IsEmpty)
            return null;
        var points = RoyalMarsden.Select(id => assessment[id].Points).ToArray();
        return new(points.Count(range => range.Low > 0), points.Count(range => range.High > 0));
    }

    /// <summary>Why this model speaks for a tumour: it names it, or it speaks for all that no other names.</summary>
    public string ReasonFor(string tumour, string otherwise) =>
        Tumours.Contains(tumour, StringComparer.Ordinal) ? $"tumour-{tumour}" : otherwise;

    internal static ModelTable? From(ModelFile file, CitationUse citations, string? overlay, Action<string> fault)
    {
        var isSound = true;
        void Fault(string what)
        {
            isSound = false;
            fault(what);
        }

        var reasons = TableReasons.From(file, citations, Fault);
        foreach (var rate in file.Rates.Where(rate => rate.Events < 0 || rate.Of <= 0 || rate.Events > rate.Of))
            Fault($"rates: {rate.Events} of {rate.Of} is not a rate");
        var factors = file.Factors.Select(row => row.ToFactor(Fault)).ToImmutableArray();
        foreach (var id in (file.RoyalMarsden ?? []).Where(id => !factors.Any(factor => factor.Id == id)))
            Fault($"royalMarsden: there is no factor {id}");
        if (!isSound)
            return null;
        try
        {
            var model = new RiskModel(
                file.Id,
                file.Version,
                [.. file.Domains.Select(domain => new Domain(domain.Id, domain.Combination, domain.Cap))],
                factors,
                [.. file.Bands.Select(band => (band.Band, new PointsRange(band.Low, band.High)))],
                [.. file.AssessableWithAnyOf],
                [.. file.LeastWhenNotRecorded]);
            return new(model, [.. file.Tumours], file.ReviewLens, [.. file.Rates], reasons, overlay) { RoyalMarsden = [.. file.RoyalMarsden ?? []] };
        }
        catch (ArgumentException wrong)
        {
            Fault(wrong.Message);
            return null;
        }
    }
}

internal sealed record ModelFile(
    string Id,
    string Version,
    List<string> Tumours,
    List<DomainFile> Domains,
    List<BandFile> Bands,
    List<string> AssessableWithAnyOf,
    List<string> LeastWhenNotRecorded,
    bool ReviewLens,
    List<FactorFile> Factors,
    List<PublishedRate> Rates,
    List<string>? RoyalMarsden = null);

internal sealed record DomainFile(string Id, Combination Combination, int Cap, string? ProjectChoice = null);

internal sealed record BandFile(Band Band, int Low, int High, string? ProjectChoice = null);

internal sealed record LevelFile(
    string When, int Points, decimal? Value = null, string? Limit = null, List<string>? Evidence = null, string? ProjectChoice = null);

internal sealed record FactorFile(
    string Id,
    string Domain,
    bool Core,
    List<LevelFile> Levels,
    string Threshold,
    string Tier,
    List<string> Evidence,
    string? ProjectChoice = null,
    bool ReviewFeature = false)
{
    internal Factor ToFactor(Action<string> fault) => new(
        Id,
        Domain,
        Core,
        [.. Levels.Select(level => new ScoringLevel(ThresholdOf(level, fault), level.Points))],
        Threshold,
        TierOf(fault),
        [.. Evidence],
        ReviewFeature);

    private Threshold ThresholdOf(LevelFile level, Action<string> fault)
    {
        // A limit is compared as a multiple of itself: 1.
        if (level.Value is null == level.Limit is null || level.Limit is not (null or "upper" or "lower"))
            fault($"{Id}: a level needs either a value or a limit, upper or lower");
        return new(ComparisonOf(level.When, what => fault($"{Id}: {what}")), level.Value ?? 1);
    }

    internal static Comparison ComparisonOf(string when, Action<string> fault)
    {
        Comparison? comparison = when switch
        {
            ">" => Comparison.GreaterThan,
            ">=" => Comparison.AtLeast,
            "<" => Comparison.LessThan,
            "<=" => Comparison.AtMost,
            _ => null,
        };
        if (comparison is null)
            fault($"'{when}' is not a comparison");
        return comparison ?? Comparison.AtLeast;
    }

    private Tier TierOf(Action<string> fault)
    {
        if (Tier == "A-")
            return Clinical.Tier.AMinus;
        if (Tier.Length == 1 && Enum.GetNames<Tier>().Contains(Tier, StringComparer.Ordinal))
            return Enum.Parse<Tier>(Tier);
        fault($"{Id}: '{Tier}' is not a tier");
        return Clinical.Tier.E;
    }
}
