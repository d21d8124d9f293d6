using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Store;

namespace HpdCds.Trust;

/// <summary>
/// Names that only the holder of the key can make again. Each kind is its own: nobody can join the audit with the store by
/// them. Without a configured key they end with the process.
/// </summary>
public sealed class Pseudonyms : IDisposable
{
    private static readonly string[] Ordered = ["recognition", "agents", "regimen", "exposure", "tumour", "outOfScope"];
    private static readonly string[] Read = ["id", "state", "reason", "value", "unit", "marks", "confounders"];

    private readonly ThreadLocal<Named> _named;

    public Pseudonyms(SiteSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var key = settings.AuditKey is { } given ? Convert.FromBase64String(given) : RandomNumberGenerator.GetBytes(32);
        _named = new(() => new(key));
    }

    public void Dispose() => _named.Dispose();

    /// <summary>The same patient of the same EHR, in the audit.</summary>
    public string Patient(Hospital hospital, string patientId) => Of($"{Written(hospital)}{patientId}");

    /// <summary>The same patient of the same EHR, for joining a first dose with what came of it.</summary>
    public string OutcomeLink(Hospital hospital, string patientId) => Of($"outcome:{Written(hospital)}{patientId}");

    /// <summary>The same patient of the same EHR, with the same facts: everything that was found, but not when.</summary>
    public string Repeat(Hospital hospital, string patientId, JsonObject found)
    {
        ArgumentNullException.ThrowIfNull(found);
        using var named = Begin($"repeat:{Written(hospital)}{Counted(patientId)}");
        named.AddAllBut("asOf", found);
        return named.Name();
    }

    /// <summary>
    /// What an assessment was made from: drugs, exposure, tumour, and what every factor was read as. Without dates, which a saved
    /// chart has moved, and without what our own tables add, so that it stays the same under other knowledge.
    /// </summary>
    public string Inputs(JsonObject found)
    {
        ArgumentNullException.ThrowIfNull(found);
        using var named = Begin("inputs:");
        foreach (var name in Ordered)
            named.AddCounted(found[name]);
        foreach (var factor in found["factors"] as JsonArray ?? [])
            AddWhatWasRead(named, factor!);
        return named.Name();
    }

    /// <summary>What one factor was read as for one decision; of no use beside another decision, so that no two patients can be compared by it.</summary>
    public string Input(string decision, JsonNode factor)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(factor);
        using var named = Begin("input:");
        named.AddCounted(decision);
        AddWhatWasRead(named, factor);
        return named.Name();
    }

    private static void AddWhatWasRead(Named named, JsonNode factor)
    {
        foreach (var name in Read)
            named.AddCounted(factor[name]);
    }

    private string Of(string text)
    {
        using var named = Begin(text);
        return named.Name();
    }

    private Named Begin(string with) => _named.Value!.Begin(with);

    internal static string Written(Hospital hospital)
    {
        ArgumentNullException.ThrowIfNull(hospital);
        return $"{Counted(hospital.Ehr)}{Counted(hospital.Tenant)}";
    }

    // The length keeps one pair from reading as another.
    private static string Counted(string text) => $"{text.Length}:{text}";

    /// <summary>
    /// What is given a name, as UTF-8 and in memory that a thread uses again: it never becomes a text of its own. The key, too,
    /// is made ready once for each thread.
    /// </summary>
    private sealed class Named(byte[] key) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        private readonly ArrayBufferWriter<byte> _all = new(4096);
        private readonly ArrayBufferWriter<byte> _one = new(512);
        private readonly Utf8JsonWriter _json = new(Stream.Null);

        public Named Begin(string with)
        {
            _all.Clear();
            Encoding.UTF8.GetBytes(with, _all);
            return this;
        }

        public string Name()
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            _hash.AppendData(_all.WrittenSpan);
            _hash.GetHashAndReset(hash);
            return Base64Url.EncodeToString(hash[..16]);
        }

        /// <summary>Its JSON behind the length of that, which is all ASCII; nothing counts as an empty text.</summary>
        public void AddCounted(JsonNode? node)
        {
            if (node is not null)
            {
                _json.Reset(_one);
                node.WriteTo(_json);
                _json.Flush();
            }

            AddLength(_one.WrittenCount);
            _all.Write(_one.WrittenSpan);
            _one.Clear();
        }

        public void AddCounted(string text)
        {
            AddLength(text.Length);
            Encoding.UTF8.GetBytes(text, _all);
        }

        private void AddLength(int length)
        {
            Utf8Formatter.TryFormat(length, _all.GetSpan(16), out var written);
            _all.Advance(written);
            _all.Write(":"u8);
        }

        public void AddAllBut(string left, JsonObject found)
        {
            _json.Reset(_all);
            _json.WriteStartObject();
            foreach (var (name, value) in found)
            {
                if (name != left)
                    StoredJson.Write(_json, name, value);
            }

            _json.WriteEndObject();
            _json.Flush();
        }

        /// <summary>Ends what was begun: nothing of it stays in memory.</summary>
        public void Dispose() => _all.Clear();
    }
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
