using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// Gene alterations as HL7 Genomics Reporting records them: a variant says something only by its call, Present or Absent, and
/// only about the genes that it names by HGNC id (clinical model, section 8, "Genomics").
/// </summary>
internal sealed class GenomicFacts
{
    private static readonly ILookup<string, ChartObservation> Nothing = Enumerable.Empty<ChartObservation>().ToLookup(_ => "", StringComparer.Ordinal);

    private readonly PatientChart _chart;
    private readonly KnowledgeBase _knowledge;
    private readonly ImmutableArray<Variant> _variants;
    private readonly ILookup<string, ChartObservation> _studied;
    private readonly ILookup<string, ChartObservation> _partsOf = Nothing;
    private readonly ReadingTrace? _trace;
    private readonly bool _hasReport;

    public GenomicFacts(PatientChart chart, Results results, KnowledgeBase knowledge, ReadingTrace? trace = null)
    {
        (_chart, _knowledge, _trace, _variants, _studied) = (chart, knowledge, trace, [], Nothing);
        // Most charts hold no report.
        if (!results.HasAny(["variant", "region-studied", "genomics-report"]))
            return;
        _partsOf = chart.Observations.Where(observation => observation.Panel is not null).ToLookup(observation => observation.Panel!, StringComparer.Ordinal);
        _variants = [.. results.Of("variant").OrderBy(whole => whole.Reference, StringComparer.Ordinal).Select(whole => VariantOf(whole, Parts(whole)))];
        var regions = results.AlsoWithoutValue("region-studied").ToArray();
        _studied = regions.SelectMany(whole => GenesOf(Parts(whole)).Known.Select(gene => (gene, whole)))
            .ToLookup(pair => pair.gene, pair => pair.whole, StringComparer.Ordinal);
        var reports = results.AlsoWithoutValue("genomics-report").ToArray();
        _hasReport = _variants.Length + regions.Length + reports.Length > 0;
        // What no gene below rests on stays as this says.
        foreach (var variant in _variants)
            Explain(variant.Whole, Fate.Unusable, fact: null, variant.Call is null ? "no-call" : variant.IsOfUnknownGene ? "gene-not-named" : "says-nothing");
        foreach (var report in regions.Concat(reports))
            Explain(report, Fate.Unusable, fact: null, "says-nothing");
    }

    private ChartObservation[] Parts(ChartObservation whole) =>
        [.. _partsOf[whole.Reference].Where(part => part.Reference.StartsWith(whole.Reference + "#", StringComparison.Ordinal))];

    // What a component says is said of its whole.
    private void Explain(ChartObservation whole, Fate fate, string? fact, string? why)
    {
        if (_trace is null)
            return;
        string[] read = ["gene", "change-type", "copy-number"];
        foreach (var one in Parts(whole).Where(part => Array.Exists(read, group => IsOf(part, group))).Prepend(whole))
            _trace.Note(one.Reference, fate, one.Source, fact, why);
    }

    /// <summary>An amplification of any of these genes; absent when every one of them is.</summary>
    public Fact<Finding> Amplification(string row, params ImmutableArray<string> genes)
    {
        if (!_hasReport)
            return NotTested;
        if (_variants.FirstOrDefault(variant => variant is { Call: true, IsAmplified: true } && variant.Genes.Intersect(genes, StringComparer.Ordinal).Any()) is { } amplified)
            return Known(row, present: true, amplified);
        // Copies of an amplification under the name of a loss: one of the two is a slip, and nobody here can say which.
        if (_variants.Any(variant => variant is { Call: true, IsContradictory: true } && variant.Genes.Intersect(genes, StringComparer.Ordinal).Any()))
            return new Fact<Finding>.Unknown(UnknownReason.Ambiguous);
        var absent = genes.Select(gene => _variants.FirstOrDefault(variant => variant.Call == false && variant.Genes.Contains(gene))).ToArray();
        if (Array.TrueForAll(absent, variant => variant is not null))
            return Known(row, present: false, [.. absent.OfType<Variant>()]);
        var isCovered = genes.Zip(absent).All(pair => pair.Second is not null || _studied[pair.First].Any());
        if (!isCovered || !_chart.WereRead(ChartKey.Genomics))
            return NotFound(genes);
        var places = genes.Zip(absent).SelectMany(pair => pair.Second is { Whole: var denied } ? [denied] : _studied[pair.First]).Distinct().ToArray();
        foreach (var whole in places)
            Explain(whole, Fate.Used, row, why: null);
        var oldest = places.MinBy(place => place.Time?.When.Latest ?? DateTimeOffset.MinValue)!;
        return new Fact<Finding>.PresumedAbsent(new ClosedWorldRule(row, ClosedWorld.StudiedRegion, SignedBy: null, SignedOn: null))
        {
            Place = new(oldest.Time?.When, string.Join(", ", places.Select(place => place.Reference).Distinct(StringComparer.Ordinal))),
        };
    }

    /// <summary>Any alteration of a gene, as reported.</summary>
    public Fact<Finding> Alteration(string gene)
    {
        if (!_hasReport)
            return NotTested;
        var calls = _variants.Where(variant => variant.Call is not null && variant.Genes.Contains(gene)).OrderByDescending(variant => variant.Call).ToArray();
        return calls.Length > 0 ? Known(gene, calls[0].Call == true, calls[0]) : NotFound([gene]);
    }

    /// <summary>Nothing of this kind was reported: not tested, when the source was read to its end and holds no report.</summary>
    public Fact<Finding> NotTested => field ??= _chart.WereRead(ChartKey.Genomics)
        ? new Fact<Finding>.NotApplicable("not-tested")
        : new Fact<Finding>.Unknown(_chart.WhyNotFound(ChartKey.Genomics));

    private Fact<Finding> NotFound(ImmutableArray<string> genes)
    {
        if (!_chart.WereRead(ChartKey.Genomics))
            return NotTested;
        // A report in words, a variant without a gene id and a call that was not made may each be about this gene.
        var isOpen = _variants.Any(variant => variant.IsOfUnknownGene || (variant.Call is null && variant.Genes.Intersect(genes, StringComparer.Ordinal).Any()))
            || (_variants.IsEmpty && _studied.Count == 0);
        return new Fact<Finding>.Unknown(isOpen ? UnknownReason.Ambiguous : UnknownReason.NotRecorded);
    }

    private Fact<Finding>.Known Known(string fact, bool present, params ReadOnlySpan<Variant> variants)
    {
        foreach (var variant in variants)
            Explain(variant.Whole, Fate.Used, fact, why: null);
        return new(Finding.Presence(present), Results.ProvenanceOf(variants[0].Whole, isFallback: false));
    }

    private Variant VariantOf(ChartObservation whole, ChartObservation[] parts)
    {
        var (genes, isUnknown) = GenesOf(parts);
        bool? call = AnswerOf(whole) switch
        {
            "present" => true,
            "absent" => false,
            _ => null,
        };
        var isLost = parts.Any(part => IsOf(part, "change-type") && AnswerOf(part) == "copy-loss");
        var isAmplified = parts.Any(IsAmplified);
        return new(whole, call, genes, isUnknown && call != false, isAmplified && !isLost) { IsContradictory = isAmplified && isLost };
    }

    private (ImmutableHashSet<string> Known, bool IsUnknown) GenesOf(ChartObservation[] parts)
    {
        var codings = parts.Where(part => IsOf(part, "gene"))
            .SelectMany(part => part.Value is ChartValue.Concept concept ? concept.Value.Codings : [])
            .Where(coding => coding.System is not null && CodeSystems.Canonical(coding.System) == CodeSystems.Hgnc)
            .ToArray();
        var known = codings.Select(coding => _knowledge.Codes.Genes.Find(coding.System, coding.Code.Contains(':', StringComparison.Ordinal) ? coding.Code : "HGNC:" + coding.Code)?.Group);
        return (known.OfType<string>().ToImmutableHashSet(StringComparer.Ordinal), codings.Length == 0);
    }

    private bool IsAmplified(ChartObservation part) =>
        (IsOf(part, "change-type") && AnswerOf(part) == "amplified")
        || (IsOf(part, "copy-number") && CopiesIn(part) >= _knowledge.Rules.AmplifiedFromCopies);

    // A bound counts where its least value is enough.
    private static decimal? CopiesIn(ChartObservation part) => part.Value switch
    {
        ChartValue.Quantity { Comparator: null or ">" or ">=" } quantity => quantity.Value,
        ChartValue.Number number => number.Value,
        _ => null,
    };

    private bool IsOf(ChartObservation part, string group) => Array.Exists(_knowledge.Codes.Observations.FindAll(part.Code), entry => entry.Group == group);

    private string? AnswerOf(ChartObservation observation) =>
        observation.Value is ChartValue.Concept concept ? _knowledge.Codes.Answers.Find(concept.Value)?.Group : null;

    /// <param name="Call">Present, absent, or neither was said.</param>
    /// <param name="IsOfUnknownGene">It names no gene by id, so that it may be about any.</param>
    private sealed record Variant(ChartObservation Whole, bool? Call, ImmutableHashSet<string> Genes, bool IsOfUnknownGene, bool IsAmplified) : PatientData
    {
        public bool IsContradictory { get; init; }
    }
}
