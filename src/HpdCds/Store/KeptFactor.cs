using System.Text.Json.Nodes;
using HpdCds.Clinical;

namespace HpdCds.Store;

/// <summary>One factor of a decision as it is kept: how it ended and what it gave, never what was read.</summary>
/// <param name="Low">The fewest points that it gives.</param>
internal sealed record KeptFactor(string Id, string State, string? Reason, int Low) : PatientData
{
    /// <returns>What <see cref="Decision.Factors"/> says; null where somebody or something damaged it.</returns>
    public static IReadOnlyList<KeptFactor>? AllIn(string json)
    {
        if (StoredJson.Read(json) is not JsonObject factors)
            return null;
        try
        {
            return [.. factors.Select(pair => new KeptFactor(pair.Key, (string?)pair.Value?["state"] ?? "", (string?)pair.Value?["reason"], (int?)pair.Value?["points"]?["low"] ?? 0))];
        }
        catch (Exception damaged) when (damaged is InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
