using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace HpdCds.Sandbox.Smart;

/// <summary>What an app is told when it is launched.</summary>
public sealed record LaunchContext(string PatientId, string? AppContext, bool NeedsBanner = true, string? Intent = null);

/// <summary>The launches that began here; each is for one sign-in.</summary>
public sealed class LaunchContexts
{
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, LaunchContext> _begun = new(StringComparer.Ordinal);

    public string Begin(LaunchContext context)
    {
        if (_begun.Count >= Most)
            _begun.Clear();
        var launch = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        _begun[launch] = context;
        return launch;
    }

    public LaunchContext? Take(string? launch) => launch is not null && _begun.TryRemove(launch, out var context) ? context : null;
}
