using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace HpdCds.Trust;

/// <summary>
/// Names that only the holder of the key can make again. Each kind is its own: nobody can join the audit with the store by
/// them. Without a configured key they end with the process.
/// </summary>
public sealed class Pseudonyms(SiteSettings settings)
{
    private static readonly string[] Ordered = ["recognition", "agents", "regimen", "exposure", "tumour", "outOfScope"];
    private static readonly string[] Read = ["id", "state", "reason", "value", "unit", "marks", "confounders"];

    private readonly byte[] _key = settings.AuditKey is { } key ? Convert.FromBase64String(key) : RandomNumberGenerator.GetBytes(32);

    /// <summary>The same patient of the same EHR, in the audit.</summary>
    public string Patient(Hospital hospital, string patientId) => Of($"{Written(hospital)}{patientId}");

    /// <summary>The same patient of the same EHR, for joining a first dose with what came of it.</summary>
    public string OutcomeLink(Hospital hospital, string patientId) => Of($"outcome:{Written(hospital)}{patientId}");

    /// <summary>The same patient of the same EHR, with the same facts.</summary>
    public string Repeat(Hospital hospital, string patientId, string facts) => Of($"repeat:{Written(hospital)}{Counted(patientId)}{facts}");

    /// <summary>
    /// What an assessment was made from: drugs, exposure, tumour, and what every factor was read as. Without dates, which a saved
    /// chart has moved, and without what our own tables add, so that it stays the same under other knowledge.
    /// </summary>
    public string Inputs(JsonObject found)
    {
        ArgumentNullException.ThrowIfNull(found);
        var text = new StringBuilder("inputs:");
        foreach (var name in Ordered)
            text.Append(Counted(found[name]?.ToJsonString() ?? ""));
        foreach (var factor in found["factors"] as JsonArray ?? [])
            text.Append(WhatWasRead(factor!));
        return Of(text.ToString());
    }

    /// <summary>What one factor was read as for one decision; of no use beside another decision, so that no two patients can be compared by it.</summary>
    public string Input(string decision, JsonNode factor)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(factor);
        return Of($"input:{Counted(decision)}{WhatWasRead(factor)}");
    }

    private static string WhatWasRead(JsonNode factor) => string.Concat(Read.Select(name => Counted(factor[name]?.ToJsonString() ?? "")));

    private string Of(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    internal static string Written(Hospital hospital)
    {
        ArgumentNullException.ThrowIfNull(hospital);
        return $"{Counted(hospital.Ehr)}{Counted(hospital.Tenant)}";
    }

    // The length keeps one pair from reading as another.
    private static string Counted(string text) => $"{text.Length}:{text}";
}

/// <summary>Whose patients these are: ids of patients mean something within it only.</summary>
/// <param name="Tenant">Empty where an entry speaks for one hospital.</param>
public sealed record Hospital(string Ehr, string Tenant)
{
    public static Hospital Of(TrustedEhr ehr, Caller? caller)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        return new(ehr.Name, caller?.Tenant ?? "");
    }
}
