namespace HpdCds.Sandbox.Pages;

/// <summary>Where a patient's Bundle or a whole hook request is taken in from a file.</summary>
public static class ImportPage
{
    public static Html Render(string text, IReadOnlyList<string> faults) => Layout.Page("Import", Html.Of($"""
        <h1>Import</h1>
        <p class="lead">Two kinds of JSON are taken:</p>
        <ul>
          <li>a <strong>FHIR R4 Bundle</strong> with one Patient and that patient's resources: it joins the list of patients until the sandbox stops;</li>
          <li>a <strong>CDS Hooks request</strong>, as it would be posted: it is sent to the service as it stands.</li>
        </ul>
        {Faults(faults)}
        <form class="import" method="post" action="/import" enctype="multipart/form-data" data-busy="Reading">
          <label>File <input type="file" name="file" accept=".json,application/json,application/fhir+json"></label>
          <label>Or paste it <textarea name="text" rows="14" spellcheck="false">{text}</textarea></label>
          <button class="primary">Import</button>
        </form>
        """));

    private static Html Faults(IReadOnlyList<string> faults) => faults.Count == 0 ? Html.Nothing : Html.Of($"""
        <div class="problem" role="alert"><strong>This cannot be taken in</strong><ul>{faults.Select(fault => Html.Of($"<li>{fault}</li>"))}</ul></div>
        """);
}
