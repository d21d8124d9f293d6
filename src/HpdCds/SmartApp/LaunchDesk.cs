using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>Where a browser is sent, and by what we know it again.</summary>
internal sealed record SentBrowser(string Ehr, string Address, string Place, string Secret, TimeSpan Life)
{
    public override string ToString() => $"[{nameof(SentBrowser)}]";
}

/// <summary>
/// The steps of a launch, from the EHR's link to a token and to its end: who may launch, where the browser goes, what comes back, and
/// how a token is renewed. Each launch stands for itself: there is no patient "of this user".
/// </summary>
internal sealed partial class LaunchDesk(
    CurrentTrust trust, SmartDiscovery discovery, SmartTokens tokens, SmartIdentity identity, LaunchRows rows, TimeProvider clock, ILogger<LaunchDesk> log)
{
    public const string Launch = "/smart/launch";
    public const string Callback = "/smart/callback";
    public const string Launches = "/smart/launches";

    private const int MostParameterCharacters = 2048;
    private const int SecretBytes = 32;

    /// <summary>Of one EHR; twice as many in a burst.</summary>
    private const int LaunchesPerSecond = 20;

    /// <summary>How long somebody may take to sign in.</summary>
    private static readonly TimeSpan SignIn = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly PartitionedRateLimiter<string> _beginnings = PartitionedRateLimiter.Create<string, string>(ehr => RateLimitPartition.GetTokenBucketLimiter(ehr, _ => new()
    {
        TokenLimit = 2 * LaunchesPerSecond,
        TokensPerPeriod = LaunchesPerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    }));

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _renewing = new(StringComparer.Ordinal);

    private static string Random => Unguessable.New(SecretBytes);

    /// <summary>An address of ours, as it is registered.</summary>
    public string Address(string path) => trust.Table.PublicBase!.Text + path;

    /// <summary>The same within its origin, which may have others beside us.</summary>
    public string PathOf(string path) => new Uri(trust.Table.PublicBase!.Text).AbsolutePath.TrimEnd('/') + path;

    /// <summary>Only an EHR that the settings list is asked anything, and only after that.</summary>
    public async Task<SentBrowser> BeginAsync(string? iss, string? launch, CancellationToken stop)
    {
        if (launch is not { Length: > 0 and <= MostParameterCharacters } || iss is not { Length: <= MostParameterCharacters } || FhirBase.Parse(iss) is not { } server
            || trust.Table.ForLaunch(server) is not { Smart: { } client } ehr || !IsLive(ehr))
        {
            throw new LaunchProblemException(LaunchProblem.NotLaunched);
        }

        // Each leaves something in the store for a while, whoever begins it: no EHR takes the page away from another.
        using var lease = _beginnings.AttemptAcquire(ehr.Name);
        if (!lease.IsAcquired)
            throw new LaunchProblemException(LaunchProblem.Busy, ehr);
        var said = await discovery.OfAsync(server, client, stop) ?? throw new LaunchProblemException(LaunchProblem.ServerUnusable, ehr);
        var (state, verifier, nonce, secret) = (Random, Random, Random, Random);
        await rows.KeepAsync(state, new PendingLaunch(ehr.Name, iss, said, verifier, nonce, Unguessable.HashOf(secret)), clock.GetUtcNow() + SignIn, stop);
        var parameters = new Parameters
        {
            { OidcConstants.AuthorizeRequest.ResponseType, OidcConstants.ResponseTypes.Code },
            { OidcConstants.AuthorizeRequest.ClientId, client.ClientId },
            { OidcConstants.AuthorizeRequest.RedirectUri, Address(Callback) },
            { "launch", launch },
            { OidcConstants.AuthorizeRequest.Scope, client.ScopesFor(said.KnowsSecondScopes) },
            { OidcConstants.AuthorizeRequest.State, state },
            { "aud", iss },
            { OidcConstants.AuthorizeRequest.CodeChallenge, Unguessable.HashOf(verifier) },
            { OidcConstants.AuthorizeRequest.CodeChallengeMethod, OidcConstants.CodeChallengeMethods.Sha256 },
        };
        if (client.Scopes.Contains("openid", StringComparer.Ordinal))
            parameters.Add(OidcConstants.AuthorizeRequest.Nonce, nonce);
        return new(ehr.Name, new RequestUrl(said.Authorize.AbsoluteUri).Create(parameters), PlaceOf(state), secret, SignIn);
    }

    /// <summary>The state first: nothing else of an answer is looked at before it is known whose it is.</summary>
    public async Task<SentBrowser> FinishAsync(IQueryCollection answer, Func<string, string?> cookieOf, CancellationToken stop)
    {
        var state = Single(answer, OidcConstants.AuthorizeResponse.State);
        if (state is null || cookieOf(PlaceOf(state)) is not { } shown || await rows.FindAsync<PendingLaunch>(state, stop) is not { } found || !IsSame(found.Browser, shown))
            throw new LaunchProblemException(LaunchProblem.NotSignedIn);
        // Of two answers with one state the second one finds nothing.
        var pending = await rows.TakeAsync<PendingLaunch>(state, stop) ?? throw new LaunchProblemException(LaunchProblem.NotSignedIn);
        var (ehr, client) = Of(pending.Ehr, pending.Iss);
        var from = Single(answer, "iss");
        var isFromAnother = from is null ? pending.Server.NamesItself || answer.ContainsKey("iss") : from != pending.Server.Issuer;
        if (isFromAnother || answer.ContainsKey(OidcConstants.AuthorizeResponse.Error) || Single(answer, OidcConstants.AuthorizeResponse.Code) is not { } code)
            throw Refused(LaunchProblem.NotSignedIn, ehr);
        var grant = await tokens.ForCodeAsync(pending.Server, client, code, pending.Verifier, Address(Callback), stop) ?? throw Refused(LaunchProblem.ServerUnusable, ehr);
        if (grant.Patient is not { } patient || !References.IsId(patient) || (grant.Tenant is { } tenant && ehr.Issuer?.IsFor(tenant) == false))
            throw await RefusedWithTokenAsync(LaunchProblem.NoPatient);
        var user = await identity.UserAsync(pending.Server, client, grant.IdToken, pending.Nonce, stop);
        if (user is not null && (user.StartsWith("Patient/", StringComparison.Ordinal) || user.StartsWith("RelatedPerson/", StringComparison.Ordinal)))
            throw await RefusedWithTokenAsync(LaunchProblem.NotForPatients);
        var (id, secret) = (Random, Random);
        var open = new OpenLaunch(ehr.Name, pending.Iss, pending.Server, Unguessable.HashOf(secret), patient, clock.GetUtcNow() + client.SessionLifetime)
        {
            AccessToken = grant.AccessToken,
            TokenUntil = grant.Until,
            RefreshToken = grant.RefreshToken,
            GrantedScopes = [.. grant.Scopes],
            NeedsBanner = grant.NeedsBanner,
            Tenant = grant.Tenant ?? (ehr.Issuer is { Tenants: [var only] } ? only : null),
            Intent = grant.Intent,
            User = user,
            AppContext = grant.AppContext,
        };
        await rows.KeepAsync(id, open, open.Until, stop);
        return new(ehr.Name, PathOf($"{Launches}/{id}"), PlaceOf(id), secret, client.SessionLifetime);

        async Task<LaunchProblemException> RefusedWithTokenAsync(LaunchProblem problem)
        {
            await tokens.RevokeAsync(pending.Server, client, grant.AccessToken);
            return Refused(problem, ehr);
        }
    }

    /// <summary>The launch with this name, for the browser that it is for.</summary>
    public async Task<(OpenLaunch Launch, TrustedEhr Ehr)> FindAsync(string id, Func<string, string?> cookieOf, CancellationToken stop)
    {
        if (cookieOf(PlaceOf(id)) is not { } shown || await rows.FindAsync<OpenLaunch>(id, stop) is not { } launch || !IsSame(launch.Browser, shown))
            throw new LaunchProblemException(LaunchProblem.Over);
        return (launch, Of(launch.Ehr, launch.Iss).Ehr);
    }

    /// <summary>The launch with another access token than the one that was refused; null when there is none to be had.</summary>
    public async Task<OpenLaunch?> RenewAsync(string id, string refused, CancellationToken stop)
    {
        // Whoever comes while it is renewed gets what came of it: no refresh token is used twice.
        var gate = _renewing.GetOrAdd(id, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(stop);
        try
        {
            for (var waited = TimeSpan.Zero; waited < Lease; waited += BetweenLooks)
            {
                if (await rows.FindAsync<OpenLaunch>(id, stop) is not { } launch)
                    return null;
                if (launch.AccessToken != refused)
                    return launch;
                if (launch.RefreshToken is null)
                    return null;
                if (await rows.LeaseAsync(id, Lease, stop))
                    return await RenewAsync(id, launch, launch.RefreshToken, stop);
                await Task.Delay(BetweenLooks, clock, stop);
            }

            return null;
        }
        finally
        {
            gate.Release();
            _renewing.TryRemove(id, out _);
        }
    }

    /// <summary>Wipes a launch, and hands its token back.</summary>
    /// <returns>Whether the EHR said that it took the token back.</returns>
    public async Task<bool> EndAsync(string id, CancellationToken stop)
    {
        if (await rows.TakeAsync<OpenLaunch>(id, stop) is not { } launch || trust.Table.Named(launch.Ehr)?.Smart is not { } client)
            return false;
        return await tokens.RevokeAsync(launch.Server, client, launch.RefreshToken ?? launch.AccessToken);
    }

    /// <summary>What a form of a launch must carry: only its own browser can know it.</summary>
    public static string FormTokenOf(string secret) => Unguessable.HashOf($"form:{secret}");

    /// <summary>A part of the name of a cookie: the same for one launch, and nothing to guess the launch from.</summary>
    public static string PlaceOf(string secret) => Unguessable.HashOf(secret)[..16];

    public static bool IsSame(string hash, string secret) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hash), Encoding.UTF8.GetBytes(Unguessable.HashOf(secret)));

    private async Task<OpenLaunch?> RenewAsync(string id, OpenLaunch launch, string refreshToken, CancellationToken stop)
    {
        var client = Of(launch.Ehr, launch.Iss).Client;
        // Begun, it is ended: the server may have spent the refresh token.
        var grant = await tokens.RefreshAsync(launch.Server, client, refreshToken, CancellationToken.None);
        // A patient, or a hospital, that changes with the token is none that was launched.
        var isFine = grant is not null && (grant.Patient is null || grant.Patient == launch.PatientId) && (grant.Tenant is null || grant.Tenant == launch.Tenant);
        var renewed = isFine
            ? launch with { AccessToken = grant!.AccessToken, TokenUntil = grant.Until, RefreshToken = grant.RefreshToken ?? launch.RefreshToken, GrantedScopes = [.. grant.Scopes] }
            : launch with { RefreshToken = null };
        if (!await rows.ReplaceAsync(id, renewed, CancellationToken.None))
        {
            // It was ended meanwhile: what came now is handed back too.
            if (grant is not null)
                await tokens.RevokeAsync(launch.Server, client, grant.RefreshToken ?? grant.AccessToken);
            return null;
        }

        return isFine ? renewed : null;
    }

    // The settings may have changed since the launch began.
    private (TrustedEhr Ehr, SmartClient Client) Of(string name, string iss) =>
        trust.Table.Named(name) is { Smart: { } client } ehr && ehr.MayName(iss) && IsLive(ehr) ? (ehr, client) : throw new LaunchProblemException(LaunchProblem.Over);

    // The kill switch is one for cards and page.
    private bool IsLive(TrustedEhr ehr) => trust.Table.ModeOf(ehr.Name, HookCatalogue.Risk) == ServiceMode.Live;

    private LaunchProblemException Refused(LaunchProblem problem, TrustedEhr ehr)
    {
        NotOpened(log, ehr.Name, problem);
        return new(problem, ehr);
    }

    private static string? Single(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values is [{ Length: > 0 and <= MostParameterCharacters * 4 } value] ? value : null;

    [LoggerMessage(LogLevel.Warning, "A launch of {Ehr} was not opened: {Problem}")]
    private static partial void NotOpened(ILogger log, string ehr, LaunchProblem problem);
}
