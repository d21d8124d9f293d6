using System.Collections.Immutable;
using System.Text.Json.Nodes;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>How a row stood when the card was made, where it now stands otherwise.</summary>
/// <param name="State">The state on the wire; null where the card had no such row.</param>
/// <param name="Reason">Why it was unknown; null otherwise.</param>
/// <param name="Points">Its points; null where the card had no such row.</param>
/// <param name="IsValueOnly">State, reason and points are as they were: only the value or its marks are different.</param>
public sealed record FactorChange(string Factor, string? State, string? Reason, PointsRange? Points, bool IsValueOnly) : PatientData;

/// <summary>What cannot be compared, because the place where it would stand was not read.</summary>
/// <param name="What">A factor, or <c>tumour</c> or <c>exposure</c>.</param>
/// <param name="Reason">Why it was not read, on the wire.</param>
/// <param name="IsThen">It was the card that could not read it.</param>
public sealed record NotCompared(string What, string Reason, bool IsThen) : PatientData;

/// <summary>What is different from the card. The store keeps no values, so that it is named and not measured.</summary>
/// <param name="At">When the card was made.</param>
/// <param name="Points">The card's; null where it gave none.</param>
/// <param name="Band">The card's ends of it on the wire; null where it gave none.</param>
/// <param name="Tumour">The card's, where it was another one; else null.</param>
/// <param name="HasOtherRules">The knowledge is not that of the card.</param>
/// <param name="HasOtherScope">Whether a model speaks, or why not, is not as it was.</param>
/// <param name="HidesValues">The key by which values could be told apart is not that of the card.</param>
public sealed record CardComparison(
    DateTimeOffset At,
    PointsRange? Points,
    (string Low, string High)? Band,
    string? Tumour,
    bool HasOtherRules,
    bool HasOtherScope,
    bool HidesValues,
    ImmutableArray<FactorChange> Factors) : PatientData
{
    public const string TumourItself = "tumour";
    public const string Exposure = "exposure";
    private static readonly string UnreadInfluences = Kebab.Case(Mark.ConfoundersUnread);

    // That a place was not read says nothing of what stands in it.
    private static readonly string[] Unread =
        [.. new[] { UnknownReason.NotSupplied, UnknownReason.NotAuthorised, UnknownReason.SourceFailed, UnknownReason.Truncated }.Select(reason => reason.Code())];

    /// <summary>What was not read then or is not read now, where it was or is read on the other side.</summary>
    public ImmutableArray<NotCompared> NotCompared { get; init; } = [];

    /// <summary>There are values to compare.</summary>
    public bool HasRows { get; init; }

    public bool HasChanged => !Factors.IsEmpty || Tumour is not null || HasOtherScope;

    /// <summary>Everything was compared, by the same rules, and nothing is different.</summary>
    public bool IsAsItWas => !HasChanged && NotCompared.IsEmpty && !HidesValues && !HasOtherRules;

    /// <param name="found">The answer of now.</param>
    public static CardComparison Of(Decision card, AssessmentExtension found, string patientId, Pseudonyms pseudonyms)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(pseudonyms);
        var then = StoredJson.Read(card.Factors) as JsonObject ?? [];
        var now = StoredJson.Read(Decision.FactorsOf(found, card.Id, pseudonyms))!.AsObject();
        // Made with the same key for the same patient, it is the same.
        var hidesValues = now.Count > 0 && card.OutcomeLink != pseudonyms.OutcomeLink(new Hospital(card.Ehr, card.Tenant), patientId);
        var hasReads = then.Any(row => row.Value?["read"] is not null);
        var rows = found.Factors.Select(row => (row.Factor.Id, Row: row, Then: then[row.Factor.Id], Now: now[row.Factor.Id]!)).ToArray();
        var unread = rows.Select(row => UnreadOf(row.Id, row.Then, row.Now) ?? UnreadInfluencesOf(row.Row, row.Then, card.Id, pseudonyms)).OfType<NotCompared>().ToList();
        var whole = UnreadWhole(card, found);
        if (whole is not null)
            unread.Insert(0, whole);
        return new(
            DateTimeOffset.FromUnixTimeMilliseconds(card.At),
            card is { PointsLow: { } low, PointsHigh: { } high } ? new(low, high) : null,
            card is { BandLow: { } lowest, BandHigh: { } highest } ? (lowest, highest) : null,
            whole is null && found.Tumour is { } tumour && card.Tumour is { } earlier && earlier != tumour ? earlier : null,
            found.Knowledge is { } knowledge && card.Knowledge != knowledge,
            whole is null && IsOtherScope(card, found) && !IsUnread(card.Reason) && !IsUnread(ReasonOf(found)),
            hidesValues,
            [.. rows.Where(row => !unread.Exists(other => other.What == row.Id)).Select(row => Change(row.Id, row.Then, row.Now, IsOtherValue(row.Row, row.Then, row.Now))).OfType<FactorChange>()])
        {
            NotCompared = [.. unread],
            HasRows = rows.Length > 0,
        };

        // Earlier releases had no hash at all, or one of what was not read, too: that one says its state and reason once more.
        bool IsOtherValue(FactorAssessment row, JsonNode? was, JsonNode after) => !hidesValues
            && ((string?)was?["read"] is { } read ? read != ((string?)after["read"] ?? pseudonyms.Input(card.Id, row)) : hasReads && after["read"] is not null);
    }

    private static bool IsOtherScope(Decision card, AssessmentExtension found) =>
        card.Model != found.Model || Stands(card.Reason, card.BandLow) != Stands(ReasonOf(found), found.BandLow);

    private static string? ReasonOf(AssessmentExtension found) => found.Reason ?? found.OutOfScope;

    private static string? Stands(string? reason, string? band) => band is null ? reason : null;

    private static bool IsUnread(string? reason) => reason is not null && Unread.Contains(reason, StringComparer.Ordinal);

    // Which model speaks rests on the tumour, and whether any does on the treatment before.
    private static NotCompared? UnreadWhole(Decision card, AssessmentExtension found)
    {
        if (!IsOtherScope(card, found))
            return null;
        if (found is { Model: null, Reason: { } why } && IsUnread(why))
            return new(TumourItself, why, IsThen: false);
        if (card is { Model: null, Reason: { } reason } && IsUnread(reason))
            return new(TumourItself, reason, IsThen: true);
        var (wasOpen, isOpen) = (card.Exposure == Kebab.Case(Clinical.Exposure.Unknown), found.Exposure == Clinical.Exposure.Unknown);
        return wasOpen == isOpen ? null : new(Exposure, UnknownReason.SourceFailed.Code(), wasOpen);
    }

    private static NotCompared? UnreadOf(string factor, JsonNode? then, JsonNode now)
    {
        var (was, reason) = ((string?)then?["reason"], (string?)now["reason"]);
        if (then is null || was == reason)
            return null;
        return IsUnread(reason) ? new(factor, reason!, IsThen: false) : IsUnread(was) ? new(factor, was!, IsThen: true) : null;
    }

    // A value that is marked only because what might explain it was not read is the value that it was.
    private static NotCompared? UnreadInfluencesOf(FactorAssessment row, JsonNode? then, string card, Pseudonyms pseudonyms)
    {
        if (row.Fact is not Fact<Finding>.Known { Provenance: { Marks: var marks } place } known)
            return null;
        var isNow = marks.Contains(Mark.ConfoundersUnread);
        var other = row with { Fact = known with { Provenance = place with { Marks = isNow ? marks.Remove(Mark.ConfoundersUnread) : marks.Add(Mark.ConfoundersUnread) } } };
        return (string?)then?["read"] == pseudonyms.Input(card, other) ? new(row.Factor.Id, UnreadInfluences, !isNow) : null;
    }

    private static FactorChange? Change(string factor, JsonNode? then, JsonNode now, bool isOtherValue)
    {
        if (then is null)
            return new(factor, State: null, Reason: null, Points: null, IsValueOnly: false);
        var isOtherState = Array.Exists(["state", "reason", "points"], name => !JsonNode.DeepEquals(then[name], now[name]));
        return isOtherState || isOtherValue
            ? new(factor, (string?)then["state"], (string?)then["reason"], PointsOf(then["points"]), !isOtherState)
            : null;
    }

    private static PointsRange? PointsOf(JsonNode? points) =>
        points is null ? null : new((int)points["low"]!, (int)points["high"]!);
}
