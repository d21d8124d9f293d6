using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Cards;
using HpdCds.Clinical;

namespace HpdCds.Trust;

/// <summary>
/// Names that only the holder of the key can make again. Each kind is its own: nobody can join the audit with the store by
/// them. Without a configured key they end with the process.
/// </summary>
public sealed class Pseudonyms : IDisposable
{
    private static readonly string[] Ordered = ["recognition", "agents", "regimen", "exposure", "tumour", "outOfScope"];
    private static readonly string[] Read = ["id", "state", "reason", "value", "unit", "marks", "confounders"];

    private const int LengthOfName = 16;

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
    public string Repeat(Hospital hospital, string patientId, AssessmentExtension found)
    {
        ArgumentNullException.ThrowIfNull(found);
        using var named = Begin($"repeat:{Written(hospital)}{Counted(patientId)}");
        named.AddAllButTheMoment(found);
        return named.Name();
    }

    /// <summary>
    /// What an assessment was made from: drugs, exposure, tumour, and what every factor was read as. Without dates, which a saved
    /// chart has moved, and without what our own tables add, so that it stays the same under other knowledge.
    /// </summary>
    public string Inputs(AssessmentExtension found)
    {
        ArgumentNullException.ThrowIfNull(found);
        using var named = Begin("inputs:");
        named.AddCounted(found.RecognitionCode);
        named.AddCounted(found.Recognition.Agents, FactorRow.WriteTexts);
        named.AddCounted(found.Regimen?.Code());
        named.AddCounted(found.ExposureCode);
        named.AddCounted(found.Tumour);
        named.AddCounted(found.OutOfScope);
        foreach (var row in found.Factors)
            AddWhatWasRead(named, row);
        return named.Name();
    }

    /// <summary>The same of an answer that was saved as JSON.</summary>
    public string Inputs(JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        using var named = Begin("inputs:");
        foreach (var name in Ordered)
            named.AddCounted(saved[name]);
        foreach (var row in saved["factors"] as JsonArray ?? [])
        {
            foreach (var name in Read)
                named.AddCounted(row![name]);
        }

        return named.Name();
    }

    /// <summary>What one factor was read as for one decision; of no use beside another decision, so that no two patients can be compared by it.</summary>
    public string Input(string decision, FactorAssessment row)
    {
        using var named = BeginInput(decision, row);
        return named.Name();
    }

    /// <summary>The same as a member of what is written: there are many with every decision.</summary>
    internal void WriteInput(Utf8JsonWriter json, ReadOnlySpan<byte> name, string decision, FactorAssessment row)
    {
        using var named = BeginInput(decision, row);
        Span<byte> text = stackalloc byte[Base64Url.GetEncodedLength(LengthOfName)];
        named.NameAsUtf8(text);
        json.WriteString(name, text);
    }

    private Named BeginInput(string decision, FactorAssessment row)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(row);
        var named = Begin("input:");
        named.AddPlain(decision);
        AddWhatWasRead(named, row);
        return named;
    }

    // The members of Read, in its order.
    private static void AddWhatWasRead(Named named, FactorAssessment row)
    {
        named.AddCounted(row.Factor.Id);
        named.AddCounted(Kebab.Case(row.State));
        named.AddCounted(row.Reason?.Code());
        named.AddCounted(row, FactorRow.WriteValue);
        named.AddCounted(FactorRow.UnitOf(row));
        named.AddCounted(FactorRow.MarksOf(row), FactorRow.WriteCodes);
        named.AddCounted(FactorRow.ConfoundersOf(row), FactorRow.WriteCodes);
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
            Hash(hash);
            return Base64Url.EncodeToString(hash[..LengthOfName]);
        }

        public void NameAsUtf8(Span<byte> text)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            Hash(hash);
            Base64Url.EncodeToUtf8(hash[..LengthOfName], text);
        }

        private void Hash(Span<byte> hash)
        {
            _hash.AppendData(_all.WrittenSpan);
            _hash.GetHashAndReset(hash);
        }

        /// <summary>What is written behind the length of that, which is all ASCII; nothing counts as an empty text.</summary>
        public void AddCounted<T>(T value, Action<Utf8JsonWriter, T> write)
        {
            _json.Reset(_one);
            write(_json, value);
            _json.Flush();
            AddLength(_one.WrittenCount);
            _all.Write(_one.WrittenSpan);
            _one.Clear();
        }

        public void AddCounted(JsonNode? node) => AddCounted(node, static (json, node) => node?.WriteTo(json));

        public void AddCounted(string? text) => AddCounted(text, static (json, text) =>
        {
            if (text is not null)
                json.WriteStringValue(text);
        });

        /// <summary>A text as it is, no JSON.</summary>
        public void AddPlain(string text)
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

        public void AddAllButTheMoment(AssessmentExtension found)
        {
            _json.Reset(_all);
            found.WriteTo(_json, withMoment: false);
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
