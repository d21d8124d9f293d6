using System.Collections.Immutable;
using HpdCds.Clinical;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>What an authorization server says of itself, after every check of it.</summary>
/// <param name="Issuer">As it names itself in tokens; null where it does not say.</param>
/// <param name="NamesItself">Whether its answers to a browser say from whom they are (RFC 9207).</param>
/// <param name="KnowsSecondScopes">Whether it knows the scopes of SMART 2.</param>
internal sealed record SmartServer(Uri Authorize, Uri Token, Uri? Revocation, Uri? Keys, string? Issuer, bool NamesItself, bool KnowsSecondScopes);

/// <summary>A launch that was sent to sign in. It ends with the answer, whatever that is.</summary>
/// <param name="Iss">As the EHR wrote it.</param>
/// <param name="Browser">The hash of the cookie of the browser that was sent.</param>
internal sealed record PendingLaunch(string Ehr, string Iss, SmartServer Server, string Verifier, string Nonce, string Browser) : PatientData;

/// <summary>A launch that somebody looks at: one patient, one browser. Nothing of it but its name ever reaches the browser.</summary>
/// <param name="Browser">The hash of the cookie of the browser.</param>
internal sealed record OpenLaunch(string Ehr, string Iss, SmartServer Server, string Browser, string PatientId, DateTimeOffset Until) : PatientData
{
    public required string AccessToken { get; init; }

    public required DateTimeOffset TokenUntil { get; init; }

    /// <summary>Null where none was given, or it was refused.</summary>
    public string? RefreshToken { get; init; }

    public required ImmutableArray<string> GrantedScopes { get; init; }

    /// <summary>The EHR does not show the patient itself, or does not say.</summary>
    public required bool NeedsBanner { get; init; }

    /// <summary>The hospital of the patient, as the token says; null where it does not.</summary>
    public string? Tenant { get; init; }

    /// <summary>What the EHR wants to be shown. One view serves every intent.</summary>
    public string? Intent { get; init; }

    /// <summary>Who looks, as <c>Type/id</c>; null where nobody vouches for it.</summary>
    public string? User { get; init; }

    /// <summary>As it came with the token.</summary>
    public string? AppContext { get; init; }
}

/// <summary>Why somebody sees a sentence in place of a picture. The words are the same for everybody; the wording has them.</summary>
public enum LaunchProblem
{
    /// <summary>Not a launch of an EHR that we know.</summary>
    NotLaunched,

    /// <summary>The EHR's sign-in cannot be used now.</summary>
    ServerUnusable,

    /// <summary>The answer of the sign-in is not one that we asked this browser for, or came too late.</summary>
    NotSignedIn,

    /// <summary>The token does not say for which patient it is, or for a hospital that we do not know.</summary>
    NoPatient,

    /// <summary>The card is about another patient than the launch.</summary>
    AnotherPatient,

    /// <summary>Who signed in is no clinician.</summary>
    NotForPatients,

    /// <summary>There is no such launch in this browser, or no longer.</summary>
    Over,

    /// <summary>What was sent is not what the page sends.</summary>
    NotOurForm,

    /// <summary>Launches cannot be kept now.</summary>
    StoreAway,

    /// <summary>A fault of ours.</summary>
    NotMade,

    /// <summary>It was ended by the one who looked.</summary>
    Ended,

    /// <summary>So it was, and the EHR did not say that it took the token back.</summary>
    EndedHere,

    /// <summary>More launches of this EHR begin than may.</summary>
    Busy,
}

/// <summary>Ends a request with a page that says why.</summary>
internal sealed class LaunchProblemException(LaunchProblem problem, TrustedEhr? ehr = null) : Exception(problem.ToString())
{
    public LaunchProblem Problem => problem;

    /// <summary>Null until it is known which.</summary>
    public TrustedEhr? Ehr => ehr;

    /// <summary>What the reader chose; null for that of the EHR.</summary>
    public string? Language { get; init; }

    public int Status => problem switch
    {
        LaunchProblem.ServerUnusable => StatusCodes.Status502BadGateway,
        LaunchProblem.NoPatient or LaunchProblem.AnotherPatient or LaunchProblem.NotForPatients => StatusCodes.Status403Forbidden,
        LaunchProblem.Over => StatusCodes.Status404NotFound,
        LaunchProblem.StoreAway => StatusCodes.Status503ServiceUnavailable,
        LaunchProblem.Busy => StatusCodes.Status429TooManyRequests,
        LaunchProblem.Ended or LaunchProblem.EndedHere => StatusCodes.Status200OK,
        _ => StatusCodes.Status400BadRequest,
    };
}
