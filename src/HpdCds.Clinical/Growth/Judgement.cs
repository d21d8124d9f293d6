using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>The three answers of a criterion.</summary>
public enum Verdict
{
    /// <summary>Surely met.</summary>
    Met,

    /// <summary>Surely not met.</summary>
    NotMet,

    /// <summary>Neither: what is missing could still change the answer.</summary>
    NotEvaluable,
}

/// <summary>
/// Met, not met, or not evaluable with the reason. A part that is certainly false makes the whole not met, whatever else is
/// missing; what is missing matters only while it could change the answer (clinical model, section 8, "Growth").
/// </summary>
public readonly record struct Judgement
{
    private Judgement(Verdict verdict, GrowthGap? reason) => (Verdict, Reason) = (verdict, reason);

    /// <summary>The answer.</summary>
    public Verdict Verdict { get; }

    /// <summary>Why there is none; null when there is one.</summary>
    public GrowthGap? Reason { get; }

    /// <summary>Surely met.</summary>
    public static Judgement Met => new(Verdict.Met, reason: null);

    /// <summary>Surely not met.</summary>
    public static Judgement NotMet => new(Verdict.NotMet, reason: null);

    /// <summary>Open, for a reason.</summary>
    public static Judgement Open(GrowthGap reason) => new(Verdict.NotEvaluable, reason);

    /// <summary>A plain yes or no.</summary>
    public static Judgement Of(bool isMet) => isMet ? Met : NotMet;

    /// <summary>Whether all parts are met. The reason is that of the first open part.</summary>
    public static Judgement All(params ReadOnlySpan<Judgement> parts) => AtLeast(parts.Length, parts);

    /// <summary>Whether any part is met. The reason is that of the first open part.</summary>
    public static Judgement Any(params ReadOnlySpan<Judgement> parts) => AtLeast(1, parts);

    /// <summary>Whether so many of the parts are met. The reason is that of the first open part.</summary>
    public static Judgement AtLeast(int count, params ReadOnlySpan<Judgement> parts)
    {
        var (met, open) = (0, ImmutableArray.CreateBuilder<GrowthGap>());
        foreach (var part in parts)
        {
            if (part.Reason is { } reason)
                open.Add(reason);
            else if (part.Verdict == Verdict.Met)
                met++;
        }

        return met >= count ? Met : met + open.Count < count ? NotMet : Open(open[0]);
    }

    /// <summary>The kind of thing, and nothing of its content: it may be about a patient.</summary>
    public override string ToString() => "[Judgement]";
}
