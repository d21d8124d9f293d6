using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace HpdCds.Trust;

/// <summary>
/// Names that only the holder of the key can make again. Each kind is its own: nobody can join the audit with the store by
/// them. Without a configured key they end with the process.
/// </summary>
public sealed class Pseudonyms(SiteSettings settings)
{
    private readonly byte[] _key = settings.AuditKey is { } key ? Convert.FromBase64String(key) : RandomNumberGenerator.GetBytes(32);

    /// <summary>The same patient of the same EHR, in the audit.</summary>
    public string Patient(string ehr, string patientId) => Of($"{Counted(ehr)}{patientId}");

    /// <summary>The same patient of the same EHR, for joining a first dose with what came of it.</summary>
    public string OutcomeLink(string ehr, string patientId) => Of($"outcome:{Counted(ehr)}{patientId}");

    /// <summary>The same patient of the same EHR, with the same facts.</summary>
    public string Repeat(string ehr, string patientId, string facts) => Of($"repeat:{Counted(ehr)}{Counted(patientId)}{facts}");

    private string Of(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    // The length keeps one pair from reading as another.
    private static string Counted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"{text.Length}:{text}";
    }
}
