using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace HpdCds.Sandbox.Fhir;

/// <summary>What a bearer of a token may see: one patient's chart.</summary>
public sealed record AccessGrant(string PatientId, DateTimeOffset Expires);

/// <summary>The access tokens that the small EHR hands out with a hook request: one patient each, and short-lived.</summary>
public sealed class AccessTokens(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AccessGrant> _grants = new(StringComparer.Ordinal);

    public string Issue(string patientId, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        foreach (var (old, _) in _grants.Where(pair => pair.Value.Expires <= now))
            _grants.TryRemove(old, out _);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _grants[token] = new(patientId, now + lifetime);
        return token;
    }

    /// <summary>The grant behind a token, or null when it was never issued or has expired.</summary>
    public AccessGrant? Find(string token) =>
        _grants.TryGetValue(token, out var grant) && grant.Expires > time.GetUtcNow() ? grant : null;
}
