using System.Collections.Immutable;
using System.Text.Json.Nodes;
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
    public bool IsAsItWas => Factors.IsEmpty && Tumour is null && !HasOtherScope;

    /// <param name="found">The answer of now, as it would stand on the wire.</param>
    public static CardComparison Of(Decision card, JsonObject found, string patientId, Pseudonyms pseudonyms)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(pseudonyms);
        // Made with the same key for the same patient, it is the same.
        var hidesValues = card.OutcomeLink != pseudonyms.OutcomeLink(new Hospital(card.Ehr, card.Tenant), patientId);
        var then = StoredJson.Read(card.Factors) as JsonObject ?? [];
        var now = Decision.FactorsOf(found, card.Id, pseudonyms);
        return new(
            DateTimeOffset.FromUnixTimeMilliseconds(card.At),
            card is { PointsLow: { } low, PointsHigh: { } high } ? new(low, high) : null,
            card is { BandLow: { } lowest, BandHigh: { } highest } ? (lowest, highest) : null,
            (string?)found["tumour"] is { } tumour && card.Tumour is { } earlier && earlier != tumour ? earlier : null,
            card.Knowledge != (string?)found["knowledge"] && found["knowledge"] is not null,
            card.Model != (string?)found["model"] || Stands(card.Reason, card.BandLow) != Stands((string?)found["reason"] ?? (string?)found["outOfScope"], (string?)found["band"]?["low"]),
            hidesValues,
            [.. now.Select(row => Change(row.Key, then[row.Key], row.Value!, hidesValues)).OfType<FactorChange>()]);
    }

    private static string? Stands(string? reason, string? band) => band is null ? reason : null;

    private static FactorChange? Change(string factor, JsonNode? then, JsonNode now, bool hidesValues)
    {
        if (then is null)
            return new(factor, State: null, Reason: null, Points: null, IsValueOnly: false);
        var isOtherState = Array.Exists(["state", "reason", "points"], name => !JsonNode.DeepEquals(then[name], now[name]));
        var isOtherValue = !hidesValues && then["read"] is { } read && !JsonNode.DeepEquals(read, now["read"]);
        return isOtherState || isOtherValue
            ? new(factor, (string?)then["state"], (string?)then["reason"], PointsOf(then["points"]), !isOtherState)
            : null;
    }

    private static PointsRange? PointsOf(JsonNode? points) =>
        points is null ? null : new((int)points["low"]!, (int)points["high"]!);
}
