// Generated from openapi.json by `npm run types`; not to be edited.

export interface paths {
    "/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call an agent, alone or with others */
        post: operations["callAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call an agent in the words of OpenAI's chat completions */
        post: operations["completeChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I may name as `model`, in the words of OpenAI */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agui": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call an agent in the words of AG-UI */
        post: operations["runAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am here, and what I may do */
        get: operations["readMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I may name in a call of an agent */
        get: operations["readCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/config/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a handle that stands for a secret */
        post: operations["resolveSecureValue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The language of flows, as JSON Schemas */
        get: operations["readFlowSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find what is wrong with a flow */
        post: operations["validateFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take out of a flow what is for the simulator only */
        post: operations["exportFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The flows of the tenant */
        get: operations["listFlows"];
        put?: never;
        /** Keep a flow */
        post: operations["createFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/{flowId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a flow */
        get: operations["readFlow"];
        /** Save a flow: a new version */
        put: operations["saveFlow"];
        post?: never;
        /** Delete a flow with all its versions; runs under way go on */
        delete: operations["deleteFlow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/{flowId}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who saved what of a flow when */
        get: operations["listFlowVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/{flowId}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an earlier version the newest */
        post: operations["restoreFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/flows/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a flow */
        post: operations["runFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/flow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The flow of a run of mine, and its variables */
        get: operations["readRunFlow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/input": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer what a flow asks */
        post: operations["answerFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My conversations */
        get: operations["listConversations"];
        put?: never;
        /** Create a conversation */
        post: operations["createConversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a conversation */
        get: operations["readConversation"];
        put?: never;
        post?: never;
        /** Erase a conversation: all that was said in it, everywhere */
        delete: operations["eraseConversation"];
        options?: never;
        head?: never;
        /** Give a conversation another title */
        patch: operations["renameConversation"];
        trace?: never;
    };
    "/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message: one run */
        post: operations["sendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/conversations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Audit timeline, live as SSE */
        get: operations["readTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs of the tenant, for who operates them */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a run */
        get: operations["readRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow a run */
        get: operations["followRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a run */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have the newest answer of a conversation given again: no tool is called */
        post: operations["regenerateAnswer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what you think of it */
        post: operations["rateRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{runId}/approvals/{approvalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide on one exact payload */
        post: operations["decideApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for me */
        get: operations["listApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liveness */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * ActiveRun
         * @description A run that is under way: its message is in no turn yet. Follow it by its events.
         */
        ActiveRun: {
            /** Runid */
            runId: string;
            /** Message */
            message: string;
            /**
             * Receivedat
             * Format: date-time
             */
            receivedAt: string;
            state: components["schemas"]["RunState"];
            /**
             * Replaces
             * @default null
             */
            replaces?: string | null;
            /** @default null */
            question?: components["schemas"]["WaitingQuestion"] | null;
        };
        /** Actor */
        Actor: {
            /** Userid */
            userId: string;
            /**
             * Roles
             * @default []
             */
            roles?: string[];
        };
        Address: string;
        /** @enum {string} */
        AgentProfile: "normal" | "rag" | "coordinator" | "retrieval" | "domain_expert";
        /** AguiContext */
        AguiContext: {
            /** Description */
            description: string;
            /** Value */
            value: string;
        };
        /**
         * AguiCustom
         * @description An event of ours that the protocol has no word for, by its type: `citations`,
         *     `agent_turn`, `handoff`, `approval` …
         */
        AguiCustom: {
            /**
             * Type
             * @default CUSTOM
             * @constant
             */
            type?: "CUSTOM";
            /** Name */
            name: string;
            /** Value */
            value: unknown;
        };
        /**
         * AguiMessage
         * @description Of a `tool`, an `activity` and of `reasoning` nothing is told to the agents.
         */
        AguiMessage: {
            /** Id */
            id: string;
            /**
             * Role
             * @enum {string}
             */
            role: "developer" | "system" | "assistant" | "user" | "tool" | "activity" | "reasoning";
            /**
             * Content
             * @default null
             */
            content?: string | components["schemas"]["AguiPart"][] | {
                [key: string]: unknown;
            } | null;
        };
        /**
         * AguiMessages
         * @description All messages, without the text that became void.
         */
        AguiMessages: {
            /**
             * Type
             * @default MESSAGES_SNAPSHOT
             * @constant
             */
            type?: "MESSAGES_SNAPSHOT";
            /** Messages */
            messages: {
                [key: string]: unknown;
            }[];
        };
        /** AguiPart */
        AguiPart: {
            /** Type */
            type: string;
            /**
             * Text
             * @default null
             */
            text?: string | null;
        };
        /** AguiRunError */
        AguiRunError: {
            /**
             * Type
             * @default RUN_ERROR
             * @constant
             */
            type?: "RUN_ERROR";
            /** Message */
            message: string;
            /** Code */
            code: string;
        };
        /**
         * AguiRunFinished
         * @description `result` has our ids of run and thread, and the finish reason.
         */
        AguiRunFinished: {
            /**
             * Type
             * @default RUN_FINISHED
             * @constant
             */
            type?: "RUN_FINISHED";
            /** Threadid */
            threadId: string;
            /** Runid */
            runId: string;
            /** Result */
            result: {
                [key: string]: string;
            };
            /** Usage */
            usage: components["schemas"]["AguiUsage"][];
        };
        /** AguiRunStarted */
        AguiRunStarted: {
            /**
             * Type
             * @default RUN_STARTED
             * @constant
             */
            type?: "RUN_STARTED";
            /** Threadid */
            threadId: string;
            /** Runid */
            runId: string;
            /**
             * Protocolversion
             * @default 1.0
             */
            protocolVersion?: string;
        };
        /** AguiStepFinished */
        AguiStepFinished: {
            /**
             * Type
             * @default STEP_FINISHED
             * @constant
             */
            type?: "STEP_FINISHED";
            /** Stepname */
            stepName: string;
        };
        /**
         * AguiStepStarted
         * @description A state of the run begins.
         */
        AguiStepStarted: {
            /**
             * Type
             * @default STEP_STARTED
             * @constant
             */
            type?: "STEP_STARTED";
            /** Stepname */
            stepName: string;
        };
        /** AguiTextContent */
        AguiTextContent: {
            /**
             * Type
             * @default TEXT_MESSAGE_CONTENT
             * @constant
             */
            type?: "TEXT_MESSAGE_CONTENT";
            /** Messageid */
            messageId: string;
            /** Delta */
            delta: string;
        };
        /** AguiTextEnd */
        AguiTextEnd: {
            /**
             * Type
             * @default TEXT_MESSAGE_END
             * @constant
             */
            type?: "TEXT_MESSAGE_END";
            /** Messageid */
            messageId: string;
        };
        /** AguiTextStart */
        AguiTextStart: {
            /**
             * Type
             * @default TEXT_MESSAGE_START
             * @constant
             */
            type?: "TEXT_MESSAGE_START";
            /** Messageid */
            messageId: string;
            /**
             * Role
             * @default assistant
             * @constant
             */
            role?: "assistant";
        };
        /** AguiToolArgs */
        AguiToolArgs: {
            /**
             * Type
             * @default TOOL_CALL_ARGS
             * @constant
             */
            type?: "TOOL_CALL_ARGS";
            /** Toolcallid */
            toolCallId: string;
            /** Delta */
            delta: string;
        };
        /** AguiToolEnd */
        AguiToolEnd: {
            /**
             * Type
             * @default TOOL_CALL_END
             * @constant
             */
            type?: "TOOL_CALL_END";
            /** Toolcallid */
            toolCallId: string;
        };
        /**
         * AguiToolResult
         * @description `content` is JSON: `status`, and `result` or `error`.
         */
        AguiToolResult: {
            /**
             * Type
             * @default TOOL_CALL_RESULT
             * @constant
             */
            type?: "TOOL_CALL_RESULT";
            /** Messageid */
            messageId: string;
            /** Toolcallid */
            toolCallId: string;
            /** Content */
            content: string;
            /**
             * Role
             * @default tool
             * @constant
             */
            role?: "tool";
        };
        /** AguiToolStart */
        AguiToolStart: {
            /**
             * Type
             * @default TOOL_CALL_START
             * @constant
             */
            type?: "TOOL_CALL_START";
            /** Toolcallid */
            toolCallId: string;
            /** Toolcallname */
            toolCallName: string;
        };
        /** AguiUsage */
        AguiUsage: {
            /** Inputtokens */
            inputTokens: number;
            /** Outputtokens */
            outputTokens: number;
            /** Totaltokens */
            totalTokens: number;
        };
        AliasName: string;
        /** ApprovalDecided */
        ApprovalDecided: {
            /** Approvalid */
            approvalId: string;
            /** Runid */
            runId: string;
            state: components["schemas"]["ApprovalState"];
        };
        /**
         * ApprovalList
         * @description `GET /api/approvals`.
         */
        ApprovalList: {
            /** Items */
            items: components["schemas"]["ApprovalView"][];
        };
        /** @enum {string} */
        ApprovalState: "open" | "approved" | "rejected" | "expired" | "used" | "withdrawn";
        /**
         * ApprovalView
         * @description What somebody who may decide gets to see.
         */
        ApprovalView: {
            /** Approvalid */
            approvalId: string;
            /** Runid */
            runId: string;
            /** Conversationid */
            conversationId: string;
            /** Tool */
            tool: string;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /** Args */
            args: {
                [key: string]: unknown;
            };
            /**
             * Labels
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * Confirmation
             * @default null
             */
            confirmation?: string | null;
            /** Payloadhash */
            payloadHash: string;
            /** Askedby */
            askedBy: string;
            /**
             * Askedbyname
             * @default
             */
            askedByName?: string;
            /**
             * Askedat
             * Format: date-time
             */
            askedAt: string;
            /**
             * Expiresat
             * Format: date-time
             */
            expiresAt: string;
            state: components["schemas"]["ApprovalState"];
            /**
             * Decidedby
             * @default null
             */
            decidedBy?: string | null;
            /**
             * Decidedbyname
             * @default null
             */
            decidedByName?: string | null;
            /**
             * Decidedat
             * @default null
             */
            decidedAt?: string | null;
            /**
             * Comment
             * @default null
             */
            comment?: string | null;
            /**
             * Maydecide
             * @default false
             */
            mayDecide?: boolean;
        };
        /** @enum {string} */
        ArgumentSource: "user" | "session" | "erp" | "cerebro" | "default";
        /**
         * AuditEvent
         * @description `event_id` is derived from the run and the kind, or from the ERP event: a repeated write
         *     meets the first. What the ERP did belongs to no run and to no pack.
         */
        AuditEvent: {
            /** Eventid */
            eventId: string;
            /** Tenantid */
            tenantId: string;
            /** Conversationid */
            conversationId: string;
            /**
             * Runid
             * @default null
             */
            runId?: string | null;
            actor: components["schemas"]["Actor"];
            /**
             * At
             * Format: date-time
             */
            at: string;
            kind: components["schemas"]["EventKind"];
            /**
             * Flowtype
             * @default null
             */
            flowType?: string | null;
            /**
             * Tools
             * @default []
             */
            tools?: string[];
            /**
             * Results
             * @default []
             */
            results?: components["schemas"]["ToolOutcome"][];
            /**
             * Approvals
             * @default []
             */
            approvals?: components["schemas"]["Decision"][];
            /**
             * Entities
             * @default []
             */
            entities?: components["schemas"]["Entity"][];
            /**
             * Provenance
             * @default {}
             */
            provenance?: {
                [key: string]: {
                    [key: string]: components["schemas"]["Provenance"];
                };
            };
            /** @default null */
            erp?: components["schemas"]["ErpFacts"] | null;
            /** @default null */
            call?: components["schemas"]["CalledAgents"] | null;
            /**
             * Credentialprofile
             * @default null
             */
            credentialProfile?: string | null;
            /**
             * Details
             * @default {}
             */
            details?: {
                [key: string]: string;
            };
            /**
             * Packversion
             * @default null
             */
            packVersion?: string | null;
            /**
             * Model
             * @default null
             */
            model?: string | null;
            /** @default null */
            usage?: components["schemas"]["Usage"] | null;
            /** @default null */
            finishReason?: components["schemas"]["FinishReason"] | null;
            /**
             * Durationms
             * @default null
             */
            durationMs?: number | null;
            /** Correlationid */
            correlationId: string;
        };
        /**
         * CalledAgents
         * @description Of an inline agent call: who was asked, on whose behalf.
         */
        CalledAgents: {
            /** Sessionid */
            sessionId: string;
            profile: components["schemas"]["AgentProfile"];
            /** @default null */
            mode?: components["schemas"]["TeamMode"] | null;
            /**
             * Participants
             * @default []
             */
            participants?: string[];
            /**
             * Toolsallowed
             * @default []
             */
            toolsAllowed?: string[];
        };
        /**
         * Catalog
         * @description `GET /api/catalog`: names only. `profiles` are those of credentials, `aliases` of secure
         *     values; what is not here is refused. `tool_forms` and `credential_profiles` say more of `tools`
         *     and `profiles`. `simulator_keys`: a call may bring keys of its own in the
         *     header `x-sim-credentials`, which only development allows.
         */
        Catalog: {
            /** Agentprofiles */
            agentProfiles: components["schemas"]["CatalogProfile"][];
            /** Participants */
            participants: string[];
            /** Modes */
            modes: components["schemas"]["TeamMode"][];
            /** Indexes */
            indexes: string[];
            /** Semanticconfigurations */
            semanticConfigurations: string[];
            /** Providers */
            providers: components["schemas"]["Provider"][];
            /** Models */
            models: string[];
            /** Tools */
            tools: string[];
            /** Mcpservers */
            mcpServers: components["schemas"]["CatalogServer"][];
            /** Aliases */
            aliases: string[];
            /** Profiles */
            profiles: string[];
            /** Toolforms */
            toolForms: components["schemas"]["CatalogTool"][];
            /** Credentialprofiles */
            credentialProfiles: components["schemas"]["CatalogCredentials"][];
            limits: components["schemas"]["CatalogLimits"];
            /**
             * Simulatorkeys
             * @default false
             */
            simulatorKeys?: boolean;
        };
        /**
         * CatalogArgument
         * @description One argument of a tool; `label` in the caller's language, where its pack has one.
         */
        CatalogArgument: {
            /** Name */
            name: string;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /**
             * Required
             * @default false
             */
            required?: boolean;
            /**
             * Choices
             * @default []
             */
            choices?: string[];
        };
        /**
         * CatalogCredential
         * @description What a credential profile says of a tool: by the names of settings, never their values.
         */
        CatalogCredential: {
            /** Tool */
            tool: string;
            /** Settings */
            settings: string[];
        };
        /**
         * CatalogCredentials
         * @description A credential profile; of what it says nothing, `default` or the app's own identity holds.
         */
        CatalogCredentials: {
            /** Name */
            name: string;
            /** Tools */
            tools: components["schemas"]["CatalogCredential"][];
        };
        /**
         * CatalogLimits
         * @description The most that a call may ask for, or gets.
         */
        CatalogLimits: {
            /** Messagecharacters */
            messageCharacters: number;
            /** Contextbytes */
            contextBytes: number;
            /** Indexes */
            indexes: number;
            /** Topk */
            topK: number;
            /** Participants */
            participants: number;
            /** Tools */
            tools: number;
            /** Tokens */
            tokens: number;
            /** Turns */
            turns: number;
            /** Internalsteps */
            internalSteps: number;
            /** Retries */
            retries: number;
            /** Timeoutms */
            timeoutMs: number;
        };
        /**
         * CatalogProfile
         * @description An agent profile that the caller may use, and what of the rest it is limited to.
         */
        CatalogProfile: {
            name: components["schemas"]["AgentProfile"];
            /** Indexes */
            indexes: string[];
            /** Participants */
            participants: string[];
        };
        /** CatalogServer */
        CatalogServer: {
            /** Name */
            name: string;
            /** Methods */
            methods: string[];
        };
        /** CatalogTool */
        CatalogTool: {
            /** Name */
            name: string;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /** Arguments */
            arguments: components["schemas"]["CatalogArgument"][];
        };
        /**
         * ChatAnswer
         * @description The JSON answer of an agent call; with `return_trace` who said what, and who passed on.
         */
        ChatAnswer: {
            /** Text */
            text: string;
            /**
             * Citations
             * @default []
             */
            citations?: components["schemas"]["Citation"][];
            usage: components["schemas"]["Usage"];
            /** Threadid */
            threadId: string;
            /** Runid */
            runId: string;
            state: components["schemas"]["RunState"];
            /** @default null */
            finishReason?: components["schemas"]["FinishReason"] | null;
            /** @default null */
            question?: components["schemas"]["Question"] | null;
            /**
             * Warnings
             * @default []
             */
            warnings?: string[];
            /** @default null */
            retrieval?: components["schemas"]["LookUp"] | null;
            /**
             * Steps
             * @default null
             */
            steps?: components["schemas"]["TraceStep"][] | null;
            /**
             * Handofftrace
             * @default null
             */
            handoffTrace?: components["schemas"]["Handoff"][] | null;
        };
        /** ChunkChoice */
        ChunkChoice: {
            /** Index */
            index: number;
            delta: components["schemas"]["Delta"];
            /**
             * Logprobs
             * @default null
             */
            logprobs?: null;
            finish_reason: components["schemas"]["Finish"] | null;
        };
        /**
         * Citation
         * @description One source of an answer; `index` is a Cerebro index, `number` the mark `[n]` in the text.
         */
        Citation: {
            /** Number */
            number: number;
            /** Source */
            source: string;
            /**
             * Title
             * @default null
             */
            title?: string | null;
            /**
             * Url
             * @default null
             */
            url?: string | null;
            /**
             * Snippet
             * @default null
             */
            snippet?: string | null;
            /** Score */
            score: number;
            /** Index */
            index: string;
            /** Documentid */
            documentId: string;
            /** Verified */
            verified: boolean;
        };
        /** @enum {string} */
        CitationStyle: "inline" | "footnote" | "none";
        /**
         * Completion
         * @description The answer. `citations` are ours: what the marks in the text stand for.
         */
        Completion: {
            /** Id */
            id: string;
            /**
             * Object
             * @constant
             */
            object: "chat.completion";
            /** Created */
            created: number;
            /** Model */
            model: string;
            /** Choices */
            choices: components["schemas"]["shared__contracts__completions__Choice"][];
            usage: components["schemas"]["CompletionUsage"];
            /** Citations */
            citations: components["schemas"]["Citation"][];
        };
        /**
         * CompletionChunk
         * @description A piece of the answer; `[DONE]` follows the last. `usage` is there only where it was asked
         *     for: null up to a chunk of its own, without choices. `citations` come with the finish.
         */
        CompletionChunk: {
            /** Id */
            id: string;
            /**
             * Object
             * @constant
             */
            object: "chat.completion.chunk";
            /** Created */
            created: number;
            /** Model */
            model: string;
            /** Choices */
            choices: components["schemas"]["ChunkChoice"][];
            /** @default null */
            usage?: components["schemas"]["CompletionUsage"] | null;
            /**
             * Citations
             * @default null
             */
            citations?: components["schemas"]["Citation"][] | null;
        };
        /**
         * CompletionError
         * @description The body of every error of this route, and of a stream that broke off.
         */
        CompletionError: {
            error: components["schemas"]["CompletionFault"];
        };
        /**
         * CompletionFault
         * @description `code` is that of all our errors; `content_filter` as OpenAI has it.
         */
        CompletionFault: {
            /** Message */
            message: string;
            /** Type */
            type: string;
            /** Param */
            param: string | null;
            /** Code */
            code: string;
        };
        /** CompletionFormat */
        CompletionFormat: {
            /**
             * Type
             * @enum {string}
             */
            type: "text" | "json_object";
        };
        /**
         * CompletionMessage
         * @description What was said. The fields behind `name` are those of an answer, which is sent back; an answer
         *     may have had no text.
         */
        CompletionMessage: {
            /**
             * Role
             * @enum {string}
             */
            role: "system" | "developer" | "user" | "assistant";
            /**
             * Content
             * @default null
             */
            content?: string | components["schemas"]["TextPart"][] | null;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Refusal
             * @default null
             */
            refusal?: null;
            /**
             * Annotations
             * @default null
             */
            annotations?: unknown[] | null;
            /**
             * Audio
             * @default null
             */
            audio?: null;
            /**
             * Function Call
             * @default null
             */
            function_call?: null;
            /**
             * Tool Calls
             * @default null
             */
            tool_calls?: unknown[] | null;
        };
        /** CompletionUsage */
        CompletionUsage: {
            /** Prompt Tokens */
            prompt_tokens: number;
            /** Completion Tokens */
            completion_tokens: number;
            /** Total Tokens */
            total_tokens: number;
        };
        /**
         * ConversationEntry
         * @description One of a list. With a `session_id` it is a thread of agent calls.
         */
        ConversationEntry: {
            /** Conversationid */
            conversationId: string;
            /**
             * Title
             * @default null
             */
            title?: string | null;
            /**
             * Sessionid
             * @default null
             */
            sessionId?: string | null;
            language: components["schemas"]["Language"];
            /**
             * Createdat
             * Format: date-time
             */
            createdAt: string;
            /**
             * Updatedat
             * Format: date-time
             */
            updatedAt: string;
        };
        /**
         * ConversationList
         * @description `GET /api/conversations`: the newest first; `next` is the `after` of the following page.
         */
        ConversationList: {
            /** Items */
            items: components["schemas"]["ConversationEntry"][];
            /**
             * Next
             * @default null
             */
            next?: string | null;
        };
        /** ConversationView */
        ConversationView: {
            /** Conversationid */
            conversationId: string;
            /**
             * Title
             * @default null
             */
            title?: string | null;
            language: components["schemas"]["Language"];
            /** Timezone */
            timeZone: string;
            /** Packversion */
            packVersion: string;
            /**
             * Createdat
             * Format: date-time
             */
            createdAt: string;
            /**
             * Updatedat
             * Format: date-time
             */
            updatedAt: string;
            /**
             * Summary
             * @default null
             */
            summary?: string | null;
            /**
             * Turns
             * @default []
             */
            turns?: components["schemas"]["Turn"][];
            /**
             * Older
             * @default null
             */
            older?: string | null;
            /**
             * Active
             * @default []
             */
            active?: components["schemas"]["ActiveRun"][];
        };
        /** CreateConversation */
        CreateConversation: {
            /**
             * Title
             * @default null
             */
            title?: string | null;
            /** @default null */
            language?: components["schemas"]["Language"] | null;
            /**
             * Timezone
             * @default null
             */
            timeZone?: string | null;
        };
        /**
         * DecideApproval
         * @description `POST /api/runs/{runId}/approvals/{approvalId}`.
         */
        DecideApproval: {
            /**
             * Decision
             * @enum {string}
             */
            decision: "approve" | "reject";
            /** Payloadhash */
            payloadHash: string;
            /**
             * Comment
             * @default null
             */
            comment?: string | null;
        };
        /**
         * Decision
         * @description Who decided on one call of a run, when, and what they had to say.
         */
        Decision: {
            /** Approvalid */
            approvalId: string;
            /** Tool */
            tool: string;
            state: components["schemas"]["ApprovalState"];
            /** Decidedby */
            decidedBy: string;
            /**
             * Decidedat
             * Format: date-time
             */
            decidedAt: string;
            /**
             * Comment
             * @default null
             */
            comment?: string | null;
        };
        /** Delta */
        Delta: {
            /**
             * Role
             * @default null
             */
            role?: "assistant" | null;
            /**
             * Content
             * @default null
             */
            content?: string | null;
        };
        /**
         * Editor
         * @description Who saved something, by the name that they had then.
         */
        Editor: {
            /** Userid */
            userId: string;
            /** Name */
            name: string;
        };
        /**
         * Entity
         * @description Something in the ERP that an event is about.
         */
        Entity: {
            /** Type */
            type: string;
            /** Id */
            id: string;
        };
        /**
         * ErpFacts
         * @description What an ERP event says: its type and id, the record as it is now, the fields that changed.
         */
        ErpFacts: {
            /** Type */
            type: string;
            /** Eventid */
            eventId: string;
            /**
             * Record
             * @default {}
             */
            record?: {
                [key: string]: unknown;
            };
            /**
             * Changed
             * @default []
             */
            changed?: string[];
        };
        /** @enum {string} */
        ErrorCode: "INVALID_REQUEST" | "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_ALLOWED" | "NOT_FOUND" | "CONVERSATION_BUSY" | "IDEMPOTENCY_MISMATCH" | "APPROVAL_CONFLICT" | "INPUT_CONFLICT" | "RUN_ENDED" | "NOT_REGENERABLE" | "EXPIRED" | "VERSION_CONFLICT" | "PRECONDITION_REQUIRED" | "TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "CONTENT_BLOCKED" | "FLOW_FAILED" | "QUOTA_EXCEEDED" | "MODEL_RATE_LIMIT" | "SEARCH_RATE_LIMIT" | "INTERNAL" | "MODEL_UNAVAILABLE" | "SEARCH_UNAVAILABLE" | "ERP_UNAVAILABLE" | "STORE_UNAVAILABLE" | "MODERATION_UNAVAILABLE" | "CREDENTIALS_UNAVAILABLE" | "TIMEOUT" | "CANCELLED";
        /** @enum {string} */
        EventKind: "flow.executed" | "agent.called" | "turn.completed" | "erp.event" | "approval.decided" | "feedback.given" | "run.stopped" | "config.resolved" | "flow.saved" | "flow.deleted" | "conversation.erased";
        /**
         * EventPage
         * @description Oldest first; `next` is the `after` of the following page.
         */
        EventPage: {
            /** Items */
            items: components["schemas"]["AuditEvent"][];
            /**
             * Next
             * @default null
             */
            next?: string | null;
        };
        /**
         * Exchange
         * @description Something that the user said, and what was said to it.
         */
        Exchange: {
            /** Message */
            message: string;
            /** Text */
            text: string;
        };
        /**
         * Failure
         * @description Why a step could not do its work; a value, so that an orchestrator can decide on it.
         */
        Failure: {
            code: components["schemas"]["ErrorCode"];
            /** Message */
            message: string;
            /**
             * Retryable
             * @default false
             */
            retryable?: boolean;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
        };
        FieldName: string;
        FieldNames: components["schemas"]["FieldName"][];
        /**
         * FieldProblem
         * @description One field at fault: `pointer` is a JSON pointer (RFC 6901) into the request body.
         */
        FieldProblem: {
            /** Pointer */
            pointer: string;
            /** Message */
            message: string;
        };
        /** @enum {string} */
        Finish: "stop" | "length";
        /** @enum {string} */
        FinishReason: "stop" | "question" | "length" | "error" | "cancelled";
        /**
         * FlowChecked
         * @description `valid`: there is no error; warnings there may be.
         */
        FlowChecked: {
            /** Valid */
            valid: boolean;
            /** Problems */
            problems: components["schemas"]["FlowProblem"][];
        };
        /**
         * FlowEntry
         * @description One line of the list of flows: what is told of its newest version.
         */
        FlowEntry: {
            /** Version */
            version: number;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Savedat
             * Format: date-time
             */
            savedAt: string;
            savedBy: components["schemas"]["Editor"];
            /**
             * Restored
             * @default null
             */
            restored?: number | null;
            /** Flowid */
            flowId: string;
            /**
             * Createdat
             * Format: date-time
             */
            createdAt: string;
            createdBy: components["schemas"]["Editor"];
        };
        /**
         * FlowExported
         * @description `flow` has nothing of the simulator in it. `warnings` say what was taken out, with pointers
         *     into the flow that was sent, and `problems` what is wrong with the one that is answered.
         */
        FlowExported: {
            /** Flow */
            flow: {
                [key: string]: unknown;
            };
            /** Warnings */
            warnings: components["schemas"]["FlowProblem"][];
            /** Problems */
            problems: components["schemas"]["FlowProblem"][];
        };
        /**
         * FlowFault
         * @description Which node failed, and why; `detail` is for who writes flows: of a call that failed
         *     the sentence that `/api/chat` would say, in the run's language; else without values, and
         *     in the reader's where it is a sentence.
         */
        FlowFault: {
            /** Code */
            code: string;
            /** Node */
            node: string;
            /**
             * Detail
             * @default
             */
            detail?: string;
        };
        /**
         * FlowOfRun
         * @description Which flow a run runs; by value it is stored beside the record. `session_id` is that of its
         *     handles and of the threads that its calls make.
         */
        FlowOfRun: {
            /**
             * Sessionid
             * @default
             */
            sessionId?: string;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Flowid
             * @default null
             */
            flowId?: string | null;
            /**
             * Version
             * @default null
             */
            version?: number | null;
        };
        /**
         * FlowPage
         * @description Those saved last first; `next` is the `after` of the following page.
         */
        FlowPage: {
            /** Items */
            items: components["schemas"]["FlowEntry"][];
            /**
             * Next
             * @default null
             */
            next?: string | null;
        };
        /**
         * FlowProblem
         * @description `pointer` is a JSON pointer (RFC 6901) into the flow. With an error a flow cannot run.
         */
        FlowProblem: {
            severity: components["schemas"]["Severity"];
            /** Code */
            code: string;
            /** Pointer */
            pointer: string;
            /** Message */
            message: string;
        };
        /**
         * FlowRunView
         * @description `GET /api/runs/{runId}/flow`: for who started it. `flow` is as it is run; `waiting` is the
         *     key of the question that it waits with.
         */
        FlowRunView: {
            /** Runid */
            runId: string;
            /** Flow */
            flow: {
                [key: string]: unknown;
            } | unknown[];
            /**
             * Flowid
             * @default null
             */
            flowId?: string | null;
            /**
             * Version
             * @default null
             */
            version?: number | null;
            status: components["schemas"]["FlowStatus"];
            /** Steps */
            steps: number;
            /** Variables */
            variables: {
                [key: string]: unknown;
            };
            /**
             * Waiting
             * @default null
             */
            waiting?: string | null;
            /** @default null */
            failure?: components["schemas"]["FlowFault"] | null;
        };
        /**
         * FlowSchemas
         * @description JSON Schemas (2020-12): of a flow, and of each node by its type.
         */
        FlowSchemas: {
            /** Flow */
            flow: {
                [key: string]: unknown;
            };
            /** Nodes */
            nodes: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /** Limits */
            limits: {
                [key: string]: number;
            };
        };
        /** @enum {string} */
        FlowStatus: "running" | "done" | "failed";
        /**
         * FlowVersion
         * @description `name` is that of its `meta`; `restored`
         *     is the version that it repeats.
         */
        FlowVersion: {
            /** Version */
            version: number;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Savedat
             * Format: date-time
             */
            savedAt: string;
            savedBy: components["schemas"]["Editor"];
            /**
             * Restored
             * @default null
             */
            restored?: number | null;
        };
        /**
         * FlowVersions
         * @description The newest first; `older` is the `before` of the following page.
         */
        FlowVersions: {
            /** Items */
            items: components["schemas"]["FlowVersion"][];
            /**
             * Older
             * @default null
             */
            older?: number | null;
        };
        /**
         * FlowView
         * @description A version with the flow itself, and what is wrong with it by what its reader may name.
         *     `warnings` say what was not kept of what was just sent, with pointers into that.
         */
        FlowView: {
            /** Version */
            version: number;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Savedat
             * Format: date-time
             */
            savedAt: string;
            savedBy: components["schemas"]["Editor"];
            /**
             * Restored
             * @default null
             */
            restored?: number | null;
            /** Flowid */
            flowId: string;
            /**
             * Createdat
             * Format: date-time
             */
            createdAt: string;
            createdBy: components["schemas"]["Editor"];
            /** Newest */
            newest: number;
            /** Flow */
            flow: {
                [key: string]: unknown;
            } | unknown[];
            /** Valid */
            valid: boolean;
            /** Problems */
            problems: components["schemas"]["FlowProblem"][];
            /**
             * Warnings
             * @default []
             */
            warnings?: components["schemas"]["FlowProblem"][];
        };
        Handle: string;
        /**
         * Handoff
         * @description One entry of `handoffTrace`.
         */
        Handoff: {
            /** From */
            from: string;
            /** To */
            to: string;
        };
        /** Health */
        Health: {
            /** Status */
            status: string;
            /** Packversion */
            packVersion: string;
            /** Indexes */
            indexes: string[];
        };
        IndexName: string;
        /** @enum {string} */
        Injection: "system" | "user";
        /** InputTaken */
        InputTaken: {
            /** Runid */
            runId: string;
            /** Key */
            key: string;
        };
        /** @enum {string} */
        Language: "es" | "en";
        LanguageTag: string;
        /**
         * LookUp
         * @description What the documents had to do with an answer: `used` if it rests on them, and why (not).
         *
         *     `found` passages of `indexes`, searched in `mode`, were told to whoever wrote it; it cites
         *     `cited` of them. Views say the reason in words (`why`). Nothing in it was written by anybody.
         */
        LookUp: {
            /** Used */
            used: boolean;
            reason: components["schemas"]["LookUpReason"];
            /**
             * Why
             * @default null
             */
            why?: string | null;
            /**
             * Indexes
             * @default []
             */
            indexes?: string[];
            /** @default null */
            mode?: components["schemas"]["SearchMode"] | null;
            /**
             * Found
             * @default 0
             */
            found?: number;
            /**
             * Cited
             * @default 0
             */
            cited?: number;
        };
        /** @enum {string} */
        LookUpReason: "small_talk" | "unclear" | "question" | "tools" | "not_asked" | "failed" | "nothing" | "uncited" | "weak" | "found";
        /**
         * Me
         * @description `GET /api/me`. `rights` are those that the roles carry here; `languages` what the app speaks,
         *     the one in which it speaks to this caller first.
         */
        Me: {
            /** Userid */
            userId: string;
            /** Name */
            name: string;
            /** Tenantid */
            tenantId: string;
            /** Roles */
            roles: string[];
            /** Rights */
            rights: string[];
            /** Languages */
            languages: components["schemas"]["Language"][];
        };
        /** @enum {string} */
        Memory: "stored" | "pending" | "none";
        /**
         * Mentioned
         * @description A record of the ERP that a turn was about: what "it" and "that one" may mean later.
         */
        Mentioned: {
            /** Type */
            type: string;
            /** Id */
            id: string;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Namefield
             * @default name
             */
            nameField?: string;
        };
        /**
         * MissingField
         * @description A field to ask for, and why: `reason` is a key of the wording (or a flow's own sentence),
         *     about the words `said`. `label` is what people call the field, in the run's language; `call` is
         *     the position of its call in the plan. `kind` says what a value is like: a form asks accordingly,
         *     and `why` in words what was wrong with what was said.
         */
        MissingField: {
            /** Tool */
            tool: string;
            /** Field */
            field: string;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /** Reason */
            reason: string;
            /** @default null */
            kind?: components["schemas"]["Normaliser"] | null;
            /**
             * Why
             * @default null
             */
            why?: string | null;
            /**
             * Choices
             * @default []
             */
            choices?: components["schemas"]["Choice"][];
            /**
             * Said
             * @default null
             */
            said?: string | null;
            /**
             * Call
             * @default 0
             */
            call?: number;
        };
        /**
         * ModelBlock
         * @description Which model, and how it is asked; the settings decide what is left out. With Azure a
         *     `deployment` is named, elsewhere a model by its `name`; either is taken for the other.
         */
        ModelBlock: {
            /**
             * provider
             * @default null
             */
            provider?: components["schemas"]["Provider"] | null;
            /**
             * deployment
             * @default null
             */
            deployment?: components["schemas"]["Plain"] | null;
            /**
             * name
             * @default null
             */
            name?: components["schemas"]["Plain"] | null;
            /**
             * endpoint
             * @default null
             */
            endpoint?: components["schemas"]["Address"] | null;
            /**
             * api_version
             * @default null
             */
            api_version?: components["schemas"]["Plain"] | null;
            /**
             * apiVersion
             * @default null
             */
            apiVersion?: components["schemas"]["Plain"] | null;
            /**
             * temperature
             * @default null
             */
            temperature?: number | null;
            /**
             * max_tokens
             * @default null
             */
            max_tokens?: number | null;
            /**
             * maxTokens
             * @default null
             */
            maxTokens?: number | null;
            /**
             * top_p
             * @default null
             */
            top_p?: number | null;
            /**
             * topP
             * @default null
             */
            topP?: number | null;
            /**
             * response_format
             * @default text
             */
            response_format?: components["schemas"]["ResponseFormat"] | null;
            /**
             * responseFormat
             * @default text
             */
            responseFormat?: components["schemas"]["ResponseFormat"] | null;
        };
        /**
         * ModelList
         * @description What may be asked for as `model`; a profile and a model (`rag/gpt-4o`) besides.
         */
        ModelList: {
            /**
             * Object
             * @constant
             */
            object: "list";
            /** Data */
            data: components["schemas"]["OfferedModel"][];
        };
        /** @enum {string} */
        Moderation: "strict" | "default" | "off";
        Name: string;
        /**
         * NamedTool
         * @description A tool with arguments that are bound: the model chooses the others only.
         */
        NamedTool: {
            /** name */
            name: components["schemas"]["Plain"];
            /**
             * args
             * @default {}
             */
            args?: {
                [key: string]: unknown;
            } | null;
        };
        No: false | null;
        /** @enum {string} */
        Normaliser: "text" | "date" | "number" | "boolean" | "enum" | "entity";
        Nothing: number | null;
        ODataFilter: string;
        /** OfferedModel */
        OfferedModel: {
            /** Id */
            id: string;
            /**
             * Object
             * @constant
             */
            object: "model";
            /** Created */
            created: number;
            /** Owned By */
            owned_by: string;
        };
        /** @enum {string} */
        OnBusy: "reject" | "enqueue" | "interrupt";
        /** @enum {string} */
        OnDisconnect: "continue" | "cancel";
        /**
         * PartOf
         * @description `node` is which execution of which node it is: somebody wrote that, so Durable's history has
         *     it not.
         */
        PartOf: {
            /** Runid */
            runId: string;
            /** Number */
            number: number;
            /**
             * Quiet
             * @default false
             */
            quiet?: boolean;
            /** Node */
            node: string;
        };
        Plain: string;
        /**
         * PostChat
         * @description One call of an agent, alone or with others; the agent is defined here and nowhere else.
         *
         *     `message` may be left out only where the system prompt says what to do. Without `sessionId` the
         *     call belongs to the caller's one unnamed session. A message or a context over its limit is a
         *     413, checked behind this model. A flow's node may write fields of `search` beside it, in the
         *     flat spellings; the block wins. A name of several words is taken in snake_case and in camelCase.
         */
        PostChat: {
            /**
             * sessionId
             * @default
             */
            sessionId?: string | null;
            /**
             * session_id
             * @default
             */
            session_id?: string | null;
            /**
             * message
             * @default
             */
            message?: string | null;
            /**
             * context
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /**
             * tools
             * @default []
             */
            tools?: components["schemas"]["ToolList"] | null;
            /**
             * tooling
             * @default []
             */
            tooling?: components["schemas"]["ToolList"] | null;
            /**
             * agent
             * @default null
             */
            agent?: components["schemas"]["AgentProfile"] | null;
            /**
             * agent_profile
             * @default null
             */
            agent_profile?: components["schemas"]["AgentProfile"] | null;
            /**
             * agentProfile
             * @default null
             */
            agentProfile?: components["schemas"]["AgentProfile"] | null;
            /**
             * mode
             * @default null
             */
            mode?: components["schemas"]["TeamMode"] | null;
            /**
             * participants
             * @default []
             */
            participants?: components["schemas"]["Plain"][] | null;
            /**
             * model
             * @default null
             */
            model?: components["schemas"]["ModelBlock"] | null;
            /**
             * system_prompt
             * @default null
             */
            system_prompt?: string | null;
            /**
             * systemPrompt
             * @default null
             */
            systemPrompt?: string | null;
            /**
             * search
             * @default null
             */
            search?: components["schemas"]["SearchIntent"] | null;
            /**
             * runtime
             * @default null
             */
            runtime?: components["schemas"]["RuntimeBlock"] | null;
            /**
             * max_turns
             * @default null
             */
            max_turns?: number | null;
            /**
             * maxTurns
             * @default null
             */
            maxTurns?: number | null;
            /**
             * return_trace
             * @default false
             */
            return_trace?: boolean | null;
            /**
             * returnTrace
             * @default false
             */
            returnTrace?: boolean | null;
            /**
             * moderation
             * @default default
             */
            moderation?: components["schemas"]["Moderation"] | null;
            /**
             * threadId
             * @default null
             */
            threadId?: string | null;
            /**
             * thread_id
             * @default null
             */
            thread_id?: string | null;
            /**
             * credentials
             * @default null
             */
            credentials?: {
                [key: string]: components["schemas"]["Handle"];
            } | null;
            /**
             * profile
             * @default null
             */
            profile?: components["schemas"]["Plain"] | null;
            /**
             * onDisconnect
             * @default continue
             */
            onDisconnect?: components["schemas"]["OnDisconnect"] | null;
            /**
             * on_disconnect
             * @default continue
             */
            on_disconnect?: components["schemas"]["OnDisconnect"] | null;
            /**
             * search_index
             * @default null
             */
            search_index?: components["schemas"]["IndexName"] | null;
            /**
             * searchIndex
             * @default null
             */
            searchIndex?: components["schemas"]["IndexName"] | null;
            /**
             * search_indexes
             * @default []
             */
            search_indexes?: components["schemas"]["IndexName"][] | null;
            /**
             * searchIndexes
             * @default []
             */
            searchIndexes?: components["schemas"]["IndexName"][] | null;
            /**
             * search_mode
             * @default null
             */
            search_mode?: components["schemas"]["SearchMode"] | null;
            /**
             * searchMode
             * @default null
             */
            searchMode?: components["schemas"]["SearchMode"] | null;
            /**
             * semantic_config
             * @default null
             */
            semantic_config?: components["schemas"]["Name"] | null;
            /**
             * semanticConfig
             * @default null
             */
            semanticConfig?: components["schemas"]["Name"] | null;
            /**
             * topK
             * @default null
             */
            topK?: number | null;
            /**
             * top_k
             * @default null
             */
            top_k?: number | null;
            /**
             * filter
             * @default null
             */
            filter?: components["schemas"]["ODataFilter"] | null;
            /**
             * select
             * @default []
             */
            select?: components["schemas"]["FieldNames"] | null;
            /**
             * language
             * @default null
             */
            language?: components["schemas"]["LanguageTag"] | null;
            /**
             * agentId
             * @default null
             */
            agentId?: unknown;
            /**
             * agent_id
             * @default null
             */
            agent_id?: unknown;
            /**
             * provider
             * @default null
             */
            provider?: "agent_service" | null;
            /**
             * stream
             * @default null
             */
            stream?: boolean | null;
        };
        /**
         * PostCompletion
         * @description `model` is an agent profile (`rag`), a profile and a model (`rag/gpt-4o`), or a model alone,
         *     which the profile `normal` asks. The last message is what is said now and has to be the user's;
         *     those before it are told as they are, `system` and `developer` as instructions. `user` names
         *     the session. Tools belong to the agents here: those of a client are refused. From
         *     `presence_penalty` to `service_tier` only what changes nothing is taken; `seed`, `metadata` and
         *     the two behind them promise nothing, and do nothing here.
         */
        PostCompletion: {
            model: components["schemas"]["Plain"];
            /** Messages */
            messages: components["schemas"]["CompletionMessage"][];
            /**
             * Stream
             * @default null
             */
            stream?: boolean | null;
            /** @default null */
            stream_options?: components["schemas"]["StreamOptions"] | null;
            /**
             * Temperature
             * @default null
             */
            temperature?: number | null;
            /**
             * Top P
             * @default null
             */
            top_p?: number | null;
            /**
             * Max Completion Tokens
             * @default null
             */
            max_completion_tokens?: number | null;
            /**
             * Max Tokens
             * @default null
             */
            max_tokens?: number | null;
            /** @default null */
            response_format?: components["schemas"]["CompletionFormat"] | null;
            /**
             * User
             * @default null
             */
            user?: string | null;
            /**
             * N
             * @default null
             */
            n?: number | null;
            /** @default null */
            presence_penalty?: components["schemas"]["Nothing"];
            /** @default null */
            frequency_penalty?: components["schemas"]["Nothing"];
            /**
             * Logit Bias
             * @default null
             */
            logit_bias?: {
                [key: string]: number;
            } | null;
            /** @default null */
            logprobs?: components["schemas"]["No"];
            /**
             * Top Logprobs
             * @default null
             */
            top_logprobs?: number | null;
            /**
             * Stop
             * @default null
             */
            stop?: string[] | null;
            /**
             * Modalities
             * @default null
             */
            modalities?: [
                "text"
            ] | null;
            /** @default null */
            store?: components["schemas"]["No"];
            /**
             * Service Tier
             * @default null
             */
            service_tier?: ("auto" | "default") | null;
            /**
             * Seed
             * @default null
             */
            seed?: number | null;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /**
             * Prompt Cache Key
             * @default null
             */
            prompt_cache_key?: string | null;
            /**
             * Safety Identifier
             * @default null
             */
            safety_identifier?: string | null;
            /** @default continue */
            on_disconnect?: components["schemas"]["OnDisconnect"];
            /**
             * Tools
             * @default null
             */
            tools?: unknown;
            /**
             * Tool Choice
             * @default null
             */
            tool_choice?: unknown;
            /**
             * Parallel Tool Calls
             * @default null
             */
            parallel_tool_calls?: boolean | null;
            /**
             * Functions
             * @default null
             */
            functions?: unknown;
            /**
             * Function Call
             * @default null
             */
            function_call?: unknown;
        };
        /**
         * PostFeedback
         * @description `POST /api/runs/{runId}/feedback`.
         */
        PostFeedback: {
            rating: components["schemas"]["Rating"];
            /**
             * Comment
             * @default null
             */
            comment?: string | null;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
        };
        /**
         * PostFlow
         * @description A flow that is looked at, and not kept.
         */
        PostFlow: {
            /** Flow */
            flow: {
                [key: string]: unknown;
            } | unknown[];
        };
        /**
         * PostFlowRun
         * @description `POST /api/flows/runs`: a flow by value, or one that is stored by its id and version.
         *
         *     Without `version` it is the newest. `inputs` are variables that the run begins with; `message`
         *     and `context` are short for two of them. `profile` is the credential profile that holds where
         *     the flow names none. Without a conversation one is made, a thread of `sessionId`.
         */
        PostFlowRun: {
            /**
             * flow
             * @default null
             */
            flow?: {
                [key: string]: unknown;
            } | unknown[] | null;
            /**
             * flowId
             * @default null
             */
            flowId?: components["schemas"]["shared__contracts__flows__runs__Identifier"] | null;
            /**
             * flow_id
             * @default null
             */
            flow_id?: components["schemas"]["shared__contracts__flows__runs__Identifier"] | null;
            /**
             * version
             * @default null
             */
            version?: number | null;
            /**
             * inputs
             * @default {}
             */
            inputs?: {
                [key: string]: unknown;
            } | null;
            /**
             * message
             * @default null
             */
            message?: string | null;
            /**
             * context
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /**
             * sessionId
             * @default
             */
            sessionId?: string | null;
            /**
             * session_id
             * @default
             */
            session_id?: string | null;
            /**
             * conversationId
             * @default null
             */
            conversationId?: components["schemas"]["shared__contracts__flows__runs__Identifier"] | null;
            /**
             * conversation_id
             * @default null
             */
            conversation_id?: components["schemas"]["shared__contracts__flows__runs__Identifier"] | null;
            /**
             * profile
             * @default null
             */
            profile?: components["schemas"]["Plain"] | null;
            /**
             * onDisconnect
             * @default continue
             */
            onDisconnect?: components["schemas"]["OnDisconnect"] | null;
            /**
             * on_disconnect
             * @default continue
             */
            on_disconnect?: components["schemas"]["OnDisconnect"] | null;
        };
        /**
         * PostInput
         * @description `POST /api/runs/{runId}/input`: what the user says to a flow that asks. `key` is that of the
         *     question; without it, the one that the run waits with.
         */
        PostInput: {
            /** message */
            message: string;
            /**
             * key
             * @default null
             */
            key?: string | null;
        };
        /**
         * PostMessage
         * @description One user message. Length over the limit is a 413, checked before this model.
         */
        PostMessage: {
            /** Message */
            message: string;
            /**
             * Context
             * @default null
             */
            context?: {
                [key: string]: unknown;
            } | null;
            /** @default reject */
            onBusy?: components["schemas"]["OnBusy"];
            /** @default continue */
            onDisconnect?: components["schemas"]["OnDisconnect"];
            /**
             * Agentid
             * @default null
             */
            agentId?: unknown;
            /**
             * Provider
             * @default null
             */
            provider?: "agent_service" | null;
            /**
             * Stream
             * @default null
             */
            stream?: boolean | null;
        };
        /**
         * Problem
         * @description The body of every error answer, `application/problem+json`.
         */
        Problem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            code: components["schemas"]["ErrorCode"];
            /** Retryable */
            retryable: boolean;
            /** Correlationid */
            correlationId: string;
            /**
             * Errors
             * @default null
             */
            errors?: components["schemas"]["FieldProblem"][] | null;
            /** @default null */
            newest?: components["schemas"]["FlowVersion"] | null;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
        };
        /**
         * Provenance
         * @description Where an argument's value was read, and how it follows from that.
         *
         *     `quote` is the literal span of a text; `record` and `field` name an ERP record (or an earlier
         *     call, as `c0`) and its field; `document` is the id of a chunk in Cerebro.
         */
        Provenance: {
            source: components["schemas"]["ArgumentSource"];
            /**
             * Quote
             * @default null
             */
            quote?: string | null;
            /** @default null */
            normaliser?: components["schemas"]["Normaliser"] | null;
            /**
             * Record
             * @default null
             */
            record?: string | null;
            /**
             * Field
             * @default null
             */
            field?: string | null;
            /**
             * Document
             * @default null
             */
            document?: string | null;
        };
        /** @enum {string} */
        Provider: "azure-openai" | "openai" | "proxy" | "anthropic" | "google";
        /** @enum {string} */
        QuerySyntax: "simple" | "full";
        /** Question */
        Question: {
            /** Text */
            text: string;
            /**
             * Missing
             * @default []
             */
            missing?: components["schemas"]["MissingField"][];
        };
        /** @enum {string} */
        Rating: "up" | "down";
        /**
         * RenameConversation
         * @description `PATCH /api/conversations/{id}`.
         */
        RenameConversation: {
            /** Title */
            title: string;
        };
        /**
         * ResolveSecureValue
         * @description `POST /api/config/resolve`: `name` of an app setting or `secret` of Key Vault, if told, are
         *     what the alias stands for. The handle belongs to the caller's session.
         */
        ResolveSecureValue: {
            source: components["schemas"]["SecretSource"];
            alias: components["schemas"]["AliasName"];
            /** @default null */
            name?: components["schemas"]["SecretName"] | null;
            /** @default null */
            secret?: components["schemas"]["SecretName"] | null;
            /**
             * Mode
             * @default opaque
             * @enum {string}
             */
            mode?: "opaque" | "plaintext";
            /**
             * Sessionid
             * @default
             */
            sessionId?: string;
        };
        /** @enum {string} */
        ResponseFormat: "text" | "json";
        /** @enum {string} */
        RetrievalPolicy: "always" | "never" | "conditional";
        /**
         * RunAgentInput
         * @description `threadId` names the session; the conversation is the client's and comes whole, the user's
         *     message last. `context` and `state` are told as data. `forwardedProps` are fields of
         *     `/api/chat`: who answers, from what, within which limits. Tools of the client are refused.
         */
        RunAgentInput: {
            threadId: components["schemas"]["shared__contracts__agui__Identifier"];
            runId: components["schemas"]["shared__contracts__agui__Identifier"];
            /**
             * Protocolversion
             * @default null
             */
            protocolVersion?: string | null;
            /**
             * Parentrunid
             * @default null
             */
            parentRunId?: string | null;
            /**
             * State
             * @default null
             */
            state?: unknown;
            /** Messages */
            messages: components["schemas"]["AguiMessage"][];
            /**
             * Tools
             * @default null
             */
            tools?: unknown[] | null;
            /**
             * Context
             * @default null
             */
            context?: components["schemas"]["AguiContext"][] | null;
            /**
             * Forwardedprops
             * @default null
             */
            forwardedProps?: {
                [key: string]: unknown;
            } | null;
            /**
             * Resume
             * @default null
             */
            resume?: unknown[] | null;
        };
        /**
         * RunAnswer
         * @description The JSON answer of a run.
         */
        RunAnswer: {
            /** Text */
            text: string;
            /**
             * Citations
             * @default []
             */
            citations?: components["schemas"]["Citation"][];
            usage: components["schemas"]["Usage"];
            /** Threadid */
            threadId: string;
            /** Runid */
            runId: string;
            state: components["schemas"]["RunState"];
            /** @default null */
            finishReason?: components["schemas"]["FinishReason"] | null;
            /** @default null */
            question?: components["schemas"]["Question"] | null;
            /**
             * Warnings
             * @default []
             */
            warnings?: string[];
            /** @default null */
            retrieval?: components["schemas"]["LookUp"] | null;
        };
        /**
         * RunAsking
         * @description The JSON answer of a flow's run that waits for the user: 202, and what it asks. The answer is
         *     sent to `/api/runs/{runId}/input`.
         */
        RunAsking: {
            /** Runid */
            runId: string;
            /** Threadid */
            threadId: string;
            /**
             * State
             * @default WAITING_INPUT
             * @constant
             */
            state?: "WAITING_INPUT";
            question: components["schemas"]["WaitingQuestion"];
        };
        /**
         * RunEffect
         * @description As a view shows it: `label` is what people call the tool, `labels` its arguments, and
         *     `record_url` where they see the record that it answered. In a flow's run that an agent of it has
         *     made: `run_id` is the agent's own, `node` which execution of which node called it.
         */
        RunEffect: {
            /** Callid */
            callId: string;
            /** Tool */
            tool: string;
            status: components["schemas"]["ToolStatus"];
            /**
             * Args
             * @default {}
             */
            args?: {
                [key: string]: unknown;
            };
            /**
             * Result
             * @default null
             */
            result?: {
                [key: string]: unknown;
            } | null;
            /**
             * Error
             * @default null
             */
            error?: string | null;
            /**
             * Effectid
             * @default null
             */
            effectId?: string | null;
            /**
             * Startedat
             * @default null
             */
            startedAt?: string | null;
            /**
             * Endedat
             * @default null
             */
            endedAt?: string | null;
            /**
             * Runid
             * @default null
             */
            runId?: string | null;
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /**
             * Labels
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * Recordurl
             * @default null
             */
            recordUrl?: string | null;
        };
        /**
         * RunEntry
         * @description One of a list, for who operates runs: nothing that was said.
         */
        RunEntry: {
            /** Runid */
            runId: string;
            /** Conversationid */
            conversationId: string;
            /** Userid */
            userId: string;
            /**
             * Username
             * @default
             */
            userName?: string;
            state: components["schemas"]["RunState"];
            /**
             * Isagentcall
             * @default false
             */
            isAgentCall?: boolean;
            /**
             * Isflow
             * @default false
             */
            isFlow?: boolean;
            /**
             * Partof
             * @default null
             */
            partOf?: string | null;
            /**
             * Receivedat
             * Format: date-time
             */
            receivedAt: string;
            /**
             * Endedat
             * @default null
             */
            endedAt?: string | null;
            /** @default null */
            finishReason?: components["schemas"]["FinishReason"] | null;
            /** @default null */
            error?: components["schemas"]["ErrorCode"] | null;
            /** Correlationid */
            correlationId: string;
            /**
             * Traceid
             * @default null
             */
            traceId?: string | null;
        };
        /**
         * RunList
         * @description `GET /api/runs`: the newest first; `next` is the `after` of the following page. A page may
         *     hold fewer than were asked for, and still have a next one.
         */
        RunList: {
            /** Items */
            items: components["schemas"]["RunEntry"][];
            /**
             * Next
             * @default null
             */
            next?: string | null;
        };
        /**
         * RunStarted
         * @description The answer that does not wait for the run; `Location` says where to look.
         */
        RunStarted: {
            /** Runid */
            runId: string;
        };
        /** @enum {string} */
        RunState: "RECEIVED" | "TRIAGED" | "RETRIEVED_CONTEXT" | "PLANNED" | "WAITING_APPROVAL" | "WAITING_INPUT" | "EXECUTING_TOOLS" | "STREAMING_RESPONSE" | "PERSISTED_EVENT" | "DONE" | "FAILED" | "CANCELLED";
        /**
         * RunStopping
         * @description The answer to a request to stop: the run ends as soon as its present step gives up.
         */
        RunStopping: {
            /** Runid */
            runId: string;
            /**
             * State
             * @default CANCELLING
             * @constant
             */
            state?: "CANCELLING";
        };
        /**
         * RunView
         * @description `GET /api/runs/{runId}`.
         */
        RunView: {
            /** Runid */
            runId: string;
            /** Conversationid */
            conversationId: string;
            /** Userid */
            userId: string;
            /**
             * Username
             * @default
             */
            userName?: string;
            state: components["schemas"]["RunState"];
            /** States */
            states: components["schemas"]["StateChange"][];
            /**
             * Receivedat
             * Format: date-time
             */
            receivedAt: string;
            /**
             * Endedat
             * @default null
             */
            endedAt?: string | null;
            /** @default null */
            finishReason?: components["schemas"]["FinishReason"] | null;
            /**
             * Warnings
             * @default []
             */
            warnings?: string[];
            /**
             * Text
             * @default null
             */
            text?: string | null;
            /**
             * Citations
             * @default []
             */
            citations?: components["schemas"]["Citation"][];
            /** @default null */
            retrieval?: components["schemas"]["LookUp"] | null;
            usage: components["schemas"]["Usage"];
            /**
             * Effects
             * @default []
             */
            effects?: components["schemas"]["RunEffect"][];
            /**
             * Approvals
             * @default []
             */
            approvals?: components["schemas"]["ApprovalView"][];
            /** @default none */
            memory?: components["schemas"]["Memory"];
            /** @default null */
            rating?: components["schemas"]["Rating"] | null;
            /** @default null */
            error?: components["schemas"]["Failure"] | null;
            /** Correlationid */
            correlationId: string;
            /**
             * Traceid
             * @default null
             */
            traceId?: string | null;
            /** @default null */
            flow?: components["schemas"]["FlowOfRun"] | null;
            /** @default null */
            partOf?: components["schemas"]["PartOf"] | null;
            /**
             * Replaces
             * @default null
             */
            replaces?: string | null;
            /** @default null */
            question?: components["schemas"]["WaitingQuestion"] | null;
        };
        /**
         * RunWaiting
         * @description The JSON answer of a run that waits for a person: 202, and what is waited for.
         */
        RunWaiting: {
            /** Runid */
            runId: string;
            /** Threadid */
            threadId: string;
            /**
             * State
             * @default WAITING_APPROVAL
             * @constant
             */
            state?: "WAITING_APPROVAL";
            approval: components["schemas"]["WaitingApproval"];
            /**
             * Approvals
             * @default []
             */
            approvals?: components["schemas"]["WaitingApproval"][];
        };
        /**
         * RuntimeBlock
         * @description Limits of this call; those of the settings hold as well.
         */
        RuntimeBlock: {
            /**
             * timeout_ms
             * @default null
             */
            timeout_ms?: number | null;
            /**
             * timeoutMs
             * @default null
             */
            timeoutMs?: number | null;
            /**
             * max_internal_steps
             * @default null
             */
            max_internal_steps?: number | null;
            /**
             * maxInternalSteps
             * @default null
             */
            maxInternalSteps?: number | null;
            /**
             * retry_count
             * @default null
             */
            retry_count?: number | null;
            /**
             * retryCount
             * @default null
             */
            retryCount?: number | null;
        };
        /** Said */
        Said: {
            /**
             * Role
             * @constant
             */
            role: "assistant";
            /** Content */
            content: string;
            /**
             * Refusal
             * @default null
             */
            refusal?: null;
        };
        /**
         * SaveFlow
         * @description A flow that is kept, whatever is wrong with it: drafts have problems. What was typed in for
         *     the simulator is not kept.
         */
        SaveFlow: {
            /** Flow */
            flow: {
                [key: string]: unknown;
            } | unknown[];
        };
        /**
         * SearchIntent
         * @description What is asked of Cerebro; what is left out is decided by the profile and the settings.
         *
         *     `top_k` results after merging, the first `skip` left out. `answers_threshold` is the least
         *     confidence of an answer, 0 to 1. `query_type` is the syntax of the words. `vector` is taken in
         *     place of one made from the words by `embedding_model`, which is that of the indexes.
         */
        SearchIntent: {
            /**
             * index
             * @default null
             */
            index?: components["schemas"]["IndexName"] | null;
            /**
             * search_index
             * @default null
             */
            search_index?: components["schemas"]["IndexName"] | null;
            /**
             * indexes
             * @default []
             */
            indexes?: components["schemas"]["IndexName"][] | null;
            /**
             * search_indexes
             * @default []
             */
            search_indexes?: components["schemas"]["IndexName"][] | null;
            /**
             * mode
             * @default hybrid
             */
            mode?: components["schemas"]["SearchMode"] | null;
            /**
             * search_mode
             * @default hybrid
             */
            search_mode?: components["schemas"]["SearchMode"] | null;
            /**
             * queryType
             * @default simple
             */
            queryType?: components["schemas"]["QuerySyntax"] | null;
            /**
             * query_type
             * @default simple
             */
            query_type?: components["schemas"]["QuerySyntax"] | null;
            /**
             * semanticConfiguration
             * @default null
             */
            semanticConfiguration?: components["schemas"]["Name"] | null;
            /**
             * semantic_config
             * @default null
             */
            semantic_config?: components["schemas"]["Name"] | null;
            /**
             * semantic_configuration
             * @default null
             */
            semantic_configuration?: components["schemas"]["Name"] | null;
            /**
             * topK
             * @default null
             */
            topK?: number | null;
            /**
             * top_k
             * @default null
             */
            top_k?: number | null;
            /**
             * skip
             * @default 0
             */
            skip?: number | null;
            /**
             * filter
             * @default null
             */
            filter?: components["schemas"]["ODataFilter"] | null;
            /**
             * select
             * @default []
             */
            select?: components["schemas"]["FieldNames"] | null;
            /**
             * answers
             * @default null
             */
            answers?: ("extractive" | "generative") | null;
            /**
             * answersCount
             * @default 1
             */
            answersCount?: number | null;
            /**
             * answers_count
             * @default 1
             */
            answers_count?: number | null;
            /**
             * answersThreshold
             * @default 0.7
             */
            answersThreshold?: number | null;
            /**
             * answers_threshold
             * @default 0.7
             */
            answers_threshold?: number | null;
            /**
             * captions
             * @default null
             */
            captions?: "extractive" | null;
            /**
             * captionsHighlightEnabled
             * @default true
             */
            captionsHighlightEnabled?: boolean | null;
            /**
             * captions_highlight_enabled
             * @default true
             */
            captions_highlight_enabled?: boolean | null;
            /**
             * highlight
             * @default []
             */
            highlight?: components["schemas"]["FieldNames"] | null;
            /**
             * scoringProfile
             * @default null
             */
            scoringProfile?: components["schemas"]["Name"] | null;
            /**
             * scoring_profile
             * @default null
             */
            scoring_profile?: components["schemas"]["Name"] | null;
            /**
             * queryLanguage
             * @default null
             */
            queryLanguage?: components["schemas"]["LanguageTag"] | null;
            /**
             * language
             * @default null
             */
            language?: components["schemas"]["LanguageTag"] | null;
            /**
             * query_language
             * @default null
             */
            query_language?: components["schemas"]["LanguageTag"] | null;
            /**
             * vector
             * @default null
             */
            vector?: number[] | null;
            /**
             * vectorFields
             * @default []
             */
            vectorFields?: components["schemas"]["FieldNames"] | null;
            /**
             * vector_fields
             * @default []
             */
            vector_fields?: components["schemas"]["FieldNames"] | null;
            /**
             * embeddingModel
             * @default null
             */
            embeddingModel?: components["schemas"]["Name"] | null;
            /**
             * embedding_model
             * @default null
             */
            embedding_model?: components["schemas"]["Name"] | null;
            /**
             * retrievalPolicy
             * @default null
             */
            retrievalPolicy?: components["schemas"]["RetrievalPolicy"] | null;
            /**
             * retrieval_policy
             * @default null
             */
            retrieval_policy?: components["schemas"]["RetrievalPolicy"] | null;
            /**
             * inject
             * @default system
             */
            inject?: components["schemas"]["Injection"] | null;
            /**
             * citationStyle
             * @default inline
             */
            citationStyle?: components["schemas"]["CitationStyle"] | null;
            /**
             * citation_style
             * @default inline
             */
            citation_style?: components["schemas"]["CitationStyle"] | null;
        };
        /** @enum {string} */
        SearchMode: "keyword" | "semantic" | "vector" | "hybrid";
        SecretName: string;
        /** @enum {string} */
        SecretSource: "app_settings" | "key_vault";
        /**
         * SecureValueResolved
         * @description `value` is made up (`mock`), and only there where somebody develops a flow.
         */
        SecureValueResolved: {
            /** Handleid */
            handleId: string;
            /**
             * Expiresat
             * Format: date-time
             */
            expiresAt: string;
            /**
             * Mock
             * @default null
             */
            mock?: true | null;
            /**
             * Value
             * @default null
             */
            value?: string | null;
        };
        /** @enum {string} */
        Severity: "error" | "warning";
        /** StateChange */
        StateChange: {
            state: components["schemas"]["RunState"];
            /**
             * Since
             * Format: date-time
             */
            since: string;
        };
        /** StreamOptions */
        StreamOptions: {
            /**
             * Include Usage
             * @default false
             */
            include_usage?: boolean;
            /**
             * Include Obfuscation
             * @default null
             */
            include_obfuscation?: boolean | null;
        };
        /** @enum {string} */
        TeamMode: "sequential" | "fanout" | "group_chat";
        /** TextPart */
        TextPart: {
            /**
             * Type
             * @constant
             */
            type: "text";
            /** Text */
            text: string;
        };
        ToolList: (components["schemas"]["Plain"] | components["schemas"]["NamedTool"])[];
        ToolName: string;
        /**
         * ToolOutcome
         * @description What came of one tool call, as it is told to people and to the model.
         */
        ToolOutcome: {
            /** Callid */
            callId: string;
            /** Tool */
            tool: string;
            status: components["schemas"]["ToolStatus"];
            /**
             * Args
             * @default {}
             */
            args?: {
                [key: string]: unknown;
            };
            /**
             * Result
             * @default null
             */
            result?: {
                [key: string]: unknown;
            } | null;
            /**
             * Error
             * @default null
             */
            error?: string | null;
            /**
             * Effectid
             * @default null
             */
            effectId?: string | null;
            /**
             * Startedat
             * @default null
             */
            startedAt?: string | null;
            /**
             * Endedat
             * @default null
             */
            endedAt?: string | null;
        };
        /** @enum {string} */
        ToolStatus: "ok" | "failed" | "unknown" | "skipped";
        /**
         * TraceStep
         * @description One entry of `steps` in an answer with `return_trace`.
         */
        TraceStep: {
            /** Speaker */
            speaker: string;
            /** Text */
            text: string;
            /**
             * Tool
             * @default null
             */
            tool?: string | null;
        };
        /**
         * Turn
         * @description One message and its answer, as both were stored when the run ended.
         *
         *     Of a flow that has asked, `exchanges` are all that was said, in its order: the message and the
         *     first question, each answer and what came behind it. `text` is what the flow has said alone.
         *     What is kept by key of the wording (`warnings`, the message of `error`) views tell in sentences.
         */
        Turn: {
            /** Runid */
            runId: string;
            /** Conversationid */
            conversationId: string;
            /** Tenantid */
            tenantId: string;
            /**
             * Askedat
             * Format: date-time
             */
            askedAt: string;
            /** Message */
            message: string;
            /** Text */
            text: string;
            /**
             * Citations
             * @default []
             */
            citations?: components["schemas"]["Citation"][];
            /**
             * Warnings
             * @default []
             */
            warnings?: string[];
            /**
             * Entities
             * @default []
             */
            entities?: components["schemas"]["Mentioned"][];
            finishReason: components["schemas"]["FinishReason"];
            /**
             * Answeredat
             * @default null
             */
            answeredAt?: string | null;
            /**
             * Effects
             * @default []
             */
            effects?: components["schemas"]["TurnEffect"][];
            /**
             * Approvals
             * @default []
             */
            approvals?: components["schemas"]["ApprovalView"][];
            /** @default null */
            question?: components["schemas"]["Question"] | null;
            /** @default null */
            retrieval?: components["schemas"]["LookUp"] | null;
            /** @default null */
            error?: components["schemas"]["Failure"] | null;
            /**
             * Correlationid
             * @default null
             */
            correlationId?: string | null;
            /**
             * Replaces
             * @default null
             */
            replaces?: string | null;
            /** @default null */
            rating?: components["schemas"]["Rating"] | null;
            /**
             * Exchanges
             * @default []
             */
            exchanges?: components["schemas"]["Exchange"][];
        };
        /**
         * TurnEffect
         * @description A call that was to change something, and what came of it; its arguments are with the run.
         *
         *     What people call the tool, and where they see the record, views say: it is not stored.
         */
        TurnEffect: {
            /** Callid */
            callId: string;
            /** Tool */
            tool: string;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            status: components["schemas"]["ToolStatus"];
            /**
             * Error
             * @default null
             */
            error?: string | null;
            /**
             * Effectid
             * @default null
             */
            effectId?: string | null;
            /** @default null */
            record?: components["schemas"]["Mentioned"] | null;
            /**
             * Recordurl
             * @default null
             */
            recordUrl?: string | null;
        };
        /**
         * Usage
         * @description Tokens of every model call of a run.
         */
        Usage: {
            /**
             * Prompttokens
             * @default 0
             */
            promptTokens?: number;
            /**
             * Completiontokens
             * @default 0
             */
            completionTokens?: number;
            /**
             * Totaltokens
             * @default 0
             */
            totalTokens?: number;
        };
        VariableName: string;
        /** WaitingApproval */
        WaitingApproval: {
            /**
             * Agentrunid
             * @default null
             */
            agentRunId?: string | null;
            /** Approvalid */
            approvalId: string;
            /** Tool */
            tool: string;
            /**
             * Args
             * @default {}
             */
            args?: {
                [key: string]: unknown;
            };
            /**
             * Confirmation
             * @default null
             */
            confirmation?: string | null;
            /** Payloadhash */
            payloadHash: string;
            /**
             * Expiresat
             * Format: date-time
             */
            expiresAt: string;
        };
        /**
         * WaitingQuestion
         * @description What a flow asks; `key` is that of the execution of its node.
         */
        WaitingQuestion: {
            /** Text */
            text: string;
            /** Key */
            key: string;
        };
        shared__contracts__agui__Identifier: string;
        /** Choice */
        shared__contracts__completions__Choice: {
            /** Index */
            index: number;
            message: components["schemas"]["Said"];
            /**
             * Logprobs
             * @default null
             */
            logprobs?: null;
            finish_reason: components["schemas"]["Finish"];
        };
        shared__contracts__flows__runs__Identifier: string;
        /** Choice */
        shared__contracts__plan__Choice: {
            /** Value */
            value: string;
            /** Label */
            label: string;
        };
        /**
         * AgentTurnEvent
         * @description A participant has said something to the others.
         */
        AgentTurnEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "agent_turn";
            /** Speaker */
            speaker: string;
            /** Text */
            text: string;
        };
        /**
         * ApprovalEvent
         * @description A call waits for somebody who may approve exactly this payload until `expires_at`.
         *
         *     `confirmation` says in the turn's language what will be done; None without words for it. `label`
         *     and `labels` are what people call the tool and its arguments.
         */
        ApprovalEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "approval";
            /**
             * Agentrunid
             * @default null
             */
            agentRunId?: string | null;
            /** Approvalid */
            approvalId: string;
            /** Tool */
            tool: string;
            /**
             * Args
             * @default {}
             */
            args?: {
                [key: string]: unknown;
            };
            /**
             * Confirmation
             * @default null
             */
            confirmation?: string | null;
            /** Payloadhash */
            payloadHash: string;
            /**
             * Expiresat
             * Format: date-time
             */
            expiresAt: string;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /**
             * Labels
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
        };
        /** Choice */
        Choice: {
            /** Value */
            value: string;
            /** Label */
            label: string;
        };
        /**
         * CitationsEvent
         * @description Numbers are those of the node's own text; a flow's whole answer counts them through.
         */
        CitationsEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "citations";
            /** Citations */
            citations: components["schemas"]["Citation"][];
        };
        /**
         * DoneEvent
         * @description Terminal: the answer and the audit event are stored.
         *
         *     `warnings` say in the turn's language what the answer had to do without, or what was asked for
         *     in vain; None if there was nothing. `retrieval`: what the documents had to do with the answer.
         */
        DoneEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "done";
            usage: components["schemas"]["Usage"];
            /** Threadid */
            threadId: string;
            /** Runid */
            runId: string;
            finishReason: components["schemas"]["FinishReason"];
            memory: components["schemas"]["Memory"];
            /**
             * Warnings
             * @default null
             */
            warnings?: string[] | null;
            /** @default null */
            retrieval?: components["schemas"]["LookUp"] | null;
        };
        /**
         * ErrorEvent
         * @description Terminal: the run failed or was stopped.
         */
        ErrorEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "error";
            code: components["schemas"]["ErrorCode"];
            /** Message */
            message: string;
            /** Retryable */
            retryable: boolean;
            /**
             * Retryafter
             * @default null
             */
            retryAfter?: number | null;
            /** Correlationid */
            correlationId: string;
        };
        /**
         * HandoffEvent
         * @description The coordinator passes on to another participant.
         */
        HandoffEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "handoff";
            /** From */
            from: string;
            /** To */
            to: string;
        };
        /**
         * InputEvent
         * @description What the user has answered to a flow's question.
         */
        InputEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "input";
            /** Text */
            text: string;
        };
        /**
         * NodeEvent
         * @description A node of a flow begins or ends; `key` names its execution. `code` says why it failed. One is
         *     `stopped` that was under way when the run ended badly.
         */
        NodeEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "node";
            /** Nodeid */
            nodeId: string;
            /** Key */
            key: string;
            /** Kind */
            kind: string;
            /**
             * Status
             * @enum {string}
             */
            status: "started" | "finished" | "failed" | "stopped";
            /**
             * Saveas
             * @default null
             */
            saveAs?: string | null;
            /**
             * Durationms
             * @default null
             */
            durationMs?: number | null;
            /**
             * Code
             * @default null
             */
            code?: string | null;
            /**
             * At
             * @default null
             */
            at?: string | null;
        };
        /**
         * NotificationEvent
         * @description Something happened in the ERP that concerns this conversation.
         */
        NotificationEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "notification";
            /** Kind */
            kind: string;
            entity: components["schemas"]["Entity"];
            /** Text */
            text: string;
        };
        /** QuestionEvent */
        QuestionEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "question";
            /** Text */
            text: string;
            /**
             * Missing
             * @default []
             */
            missing?: components["schemas"]["MissingField"][];
        };
        /**
         * RestartEvent
         * @description The answer so far is void: drop its text and start again with this attempt's.
         *
         *     `reason`: the writer was `interrupted`, the answer had to be `corrected`, `moderation` blocks
         *     it, or it was no answer yet: the model asked for `tools`.
         */
        RestartEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "restart";
            /** Reason */
            reason: string;
            /** Attempt */
            attempt: number;
        };
        /**
         * StateEvent
         * @description `correlation_id` is in a run's first event; `at` is when it was told.
         */
        StateEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "state";
            state: components["schemas"]["RunState"];
            /**
             * At
             * @default null
             */
            at?: string | null;
            /**
             * Correlationid
             * @default null
             */
            correlationId?: string | null;
        };
        /** TextEvent */
        TextEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "text";
            /** Text */
            text: string;
            /** Attempt */
            attempt: number;
        };
        /**
         * ToolEvent
         * @description A call begins or ends. `label` and `labels` are what people call the tool and its arguments,
         *     `record_url` is where they see the record that it answered.
         */
        ToolEvent: {
            /**
             * Node
             * @default null
             */
            node?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "tool";
            /** Name */
            name: string;
            /**
             * Args
             * @default {}
             */
            args?: {
                [key: string]: unknown;
            };
            /**
             * Status
             * @enum {string}
             */
            status: "started" | "ok" | "failed" | "unknown" | "skipped";
            /** Callid */
            callId: string;
            /**
             * Result
             * @default null
             */
            result?: {
                [key: string]: unknown;
            } | null;
            /**
             * Error
             * @default null
             */
            error?: string | null;
            /**
             * At
             * @default null
             */
            at?: string | null;
            /**
             * Label
             * @default null
             */
            label?: string | null;
            /**
             * Labels
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * Recordurl
             * @default null
             */
            recordUrl?: string | null;
        };
        RunEvent: components["schemas"]["StateEvent"] | components["schemas"]["TextEvent"] | components["schemas"]["RestartEvent"] | components["schemas"]["AgentTurnEvent"] | components["schemas"]["HandoffEvent"] | components["schemas"]["ToolEvent"] | components["schemas"]["QuestionEvent"] | components["schemas"]["InputEvent"] | components["schemas"]["ApprovalEvent"] | components["schemas"]["NodeEvent"] | components["schemas"]["NotificationEvent"] | components["schemas"]["CitationsEvent"] | components["schemas"]["ErrorEvent"] | components["schemas"]["DoneEvent"];
        /**
         * AuditEntry
         * @description One line of a conversation's live timeline.
         */
        AuditEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "audit";
            event: components["schemas"]["AuditEvent"];
        };
        TimelineEvent: components["schemas"]["AuditEntry"] | components["schemas"]["NotificationEvent"];
    };
    responses: {
        /** @description A field is wrong; `errors` points to it. */
        400: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No valid access token. */
        401: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A right is missing, or what was named is on no list of the settings. */
        403: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not there, or not yours. */
        404: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description Something else was there first: a run under way or over, another body with the same Idempotency-Key, a decision. */
        409: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It is too late. */
        410: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Somebody else has saved it meanwhile: `newest` says who, when and as which version. */
        412: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The message, the context or the body is too large. */
        413: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not JSON. */
        415: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The content filter stopped it. */
        422: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `If-Match` is missing: which version was edited? */
        428: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests; see Retry-After. */
        429: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                /** @description Seconds to wait, where they are known. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A defect of ours. */
        500: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A service the app relies on is away. */
        503: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                /** @description Seconds to wait, where they are known. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A service the app relies on did not answer in time. */
        504: {
            headers: {
                /** @description The request's own, or a new one. */
                "x-correlation-id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    callAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
                /** @description `respond-async`: do not wait for the run's end. */
                Prefer?: string;
                /** @description Development alone: JSON with a key by tool, for this one call; 403 elsewhere. */
                "x-sim-credentials"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostChat"];
                "application/vnd.agent+json": components["schemas"]["PostChat"];
            };
        };
        responses: {
            /** @description The answer; live as events for who accepts `text/event-stream`. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAnswer"];
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            /** @description Started, or waiting for a person: look at `Location`. */
            202: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Where to look. */
                    Location?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStarted"] | components["schemas"]["RunWaiting"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            410: components["responses"]["410"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    completeChat: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostCompletion"];
            };
        };
        responses: {
            /** @description The answer; with `stream` as chunks, `[DONE]` behind the last. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Completion"];
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: "[DONE]" | string;
                    };
                };
            };
            /** @description A field is wrong; `errors` points to it. */
            400: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description No valid access token. */
            401: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A right is missing, or what was named is on no list of the settings. */
            403: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description Not there, or not yours. */
            404: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description Something else was there first: a run under way or over, another body with the same Idempotency-Key, a decision. */
            409: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description It is too late. */
            410: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description The message, the context or the body is too large. */
            413: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description The content filter stopped it. */
            422: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description Too many requests; see Retry-After. */
            429: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description Seconds to wait, where they are known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A defect of ours. */
            500: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A service the app relies on is away. */
            503: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description Seconds to wait, where they are known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A service the app relies on did not answer in time. */
            504: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ids only. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description No valid access token. */
            401: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A defect of ours. */
            500: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A service the app relies on is away. */
            503: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description Seconds to wait, where they are known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
            /** @description A service the app relies on did not answer in time. */
            504: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionError"];
                };
            };
        };
    };
    runAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunAgentInput"];
            };
        };
        responses: {
            /** @description The run's events, live until its end. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            410: components["responses"]["410"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With the rights of my roles. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: components["responses"]["401"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Names only. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            401: components["responses"]["401"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    resolveSecureValue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResolveSecureValue"];
            };
        };
        responses: {
            /** @description The handle; no secret is ever answered. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecureValueResolved"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readFlowSchema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Of a flow, and of each node by its type. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowSchemas"];
                };
            };
            401: components["responses"]["401"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    validateFlow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostFlow"];
            };
        };
        responses: {
            /** @description All of it, with pointers into the flow; none of it keeps anything. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowChecked"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    exportFlow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostFlow"];
            };
        };
        responses: {
            /** @description The flow without it; what was taken out, and what is wrong with what is left. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowExported"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    listFlows: {
        parameters: {
            query?: {
                /** @description Words of the name, without case and accents. */
                q?: string;
                /** @description `next` of the page before. */
                after?: string;
                /** @description Items of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, those saved last first. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowPage"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    createFlow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SaveFlow"];
            };
        };
        responses: {
            /** @description Kept, whatever is wrong with it, as version 1. */
            201: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description Where the flow is. */
                    Location?: string;
                    /** @description The version's number in quotes. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readFlow: {
        parameters: {
            query?: {
                /** @description That version, not the newest. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description The flow's id. */
                flowId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It as it was saved, and what is wrong with it by what I may name. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The version's number in quotes. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    saveFlow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that was edited, or `*` for whichever is the newest. */
                "If-Match"?: string;
            };
            path: {
                /** @description The flow's id. */
                flowId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SaveFlow"];
            };
        };
        responses: {
            /** @description Saved, whatever is wrong with it. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The version's number in quotes. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            428: components["responses"]["428"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    deleteFlow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that was edited, or `*` for whichever is the newest. */
                "If-Match"?: string;
            };
            path: {
                /** @description The flow's id. */
                flowId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted, now or before. */
            204: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    listFlowVersions: {
        parameters: {
            query?: {
                /** @description `older` of the page before. */
                before?: number;
                /** @description Items of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The flow's id. */
                flowId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, the newest first. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowVersions"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    restoreFlow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that was edited, or `*` for whichever is the newest. */
                "If-Match"?: string;
            };
            path: {
                /** @description The flow's id. */
                flowId: string;
                /** @description The version's number. */
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A new version, with what the earlier one has. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The version's number in quotes. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowView"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            428: components["responses"]["428"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    runFlow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
                /** @description `respond-async`: do not wait for the run's end. */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostFlowRun"];
            };
        };
        responses: {
            /** @description What it has said; live as events for who accepts `text/event-stream`. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunAnswer"];
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            /** @description Started, or waiting for a person: look at `Location`. */
            202: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Where to look. */
                    Location?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunAsking"] | components["schemas"]["RunWaiting"] | components["schemas"]["RunStarted"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            410: components["responses"]["410"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readRunFlow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As they are now. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowRunView"];
                };
            };
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    answerFlow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostInput"];
            };
        };
        responses: {
            /** @description Taken: the run goes on. */
            202: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Where to look. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InputTaken"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    listConversations: {
        parameters: {
            query?: {
                /** @description Words of the title, without case and accents. */
                q?: string;
                /** @description The threads of agent calls of this session instead. */
                sessionId?: string;
                /** @description `next` of the page before. */
                after?: string;
                /** @description Items of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, those used last first. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    createConversation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateConversation"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description Where the conversation is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationView"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readConversation: {
        parameters: {
            query?: {
                /** @description Of a thread of agent calls the session, which it is bound to. */
                sessionId?: string;
                /** @description `older` of the page before: turns before that. */
                before?: string;
                /** @description Items of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The conversation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversation, its newest turns, and the summary of older ones. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationView"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    eraseConversation: {
        parameters: {
            query?: {
                /** @description Of a thread of agent calls the session, which it is bound to. */
                sessionId?: string;
            };
            header?: never;
            path: {
                /** @description The conversation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Erased, now or before. */
            204: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    renameConversation: {
        parameters: {
            query?: {
                /** @description Of a thread of agent calls the session, which it is bound to. */
                sessionId?: string;
            };
            header?: never;
            path: {
                /** @description The conversation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenameConversation"];
            };
        };
        responses: {
            /** @description It has the title. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationEntry"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    sendMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
                /** @description `respond-async`: do not wait for the run's end. */
                Prefer?: string;
            };
            path: {
                /** @description The conversation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostMessage"];
            };
        };
        responses: {
            /** @description The answer; live as events for who accepts `text/event-stream`. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunAnswer"];
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            /** @description Started, or waiting for a person: look at `Location`. */
            202: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Where to look. */
                    Location?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStarted"] | components["schemas"]["RunWaiting"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            410: components["responses"]["410"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readTimeline: {
        parameters: {
            query?: {
                /** @description Of a thread of agent calls the session, which it is bound to. */
                sessionId?: string;
                /** @description `next` of the page before, or the last event's id. */
                after?: string;
                /** @description Items of a page. */
                limit?: number;
            };
            header?: {
                /** @description Resume behind this event, live. */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description The conversation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, oldest first; live as events for who accepts `text/event-stream`. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description Only runs in this state. */
                state?: string;
                /** @description Only those of this one. */
                conversationId?: string;
                /** @description Received then or later, RFC 3339. */
                since?: string;
                /** @description Received before, RFC 3339. */
                until?: string;
                /** @description `next` of the page before. */
                after?: string;
                /** @description Items of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, the newest first; it may hold fewer than asked for and have a next one. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    readRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its state, and what it has done. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            410: components["responses"]["410"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    followRun: {
        parameters: {
            query?: {
                /** @description The same, for who sets no headers. */
                after?: number;
            };
            header?: {
                /** @description Resume behind this event; empty is none. */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its events, live until its end. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            /** @description It is over, and all was told: do not reconnect. */
            204: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It ends as soon as its present step gives up, also one that waits for its turn or for a person: open approvals are withdrawn. No effect is begun any more; what was begun comes to its end, and what was done stays and is told. Asking again changes nothing. A run that is left alone is not stopped by that: it goes on, unless it was started with `onDisconnect: cancel`, which stops it in this way once nobody follows it. For who started it, and who holds `runs:operate`. */
            202: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Where to look. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStopping"];
                };
            };
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    regenerateAnswer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same run. */
                "Idempotency-Key"?: string;
                /** @description `respond-async`: do not wait for the run's end. */
                Prefer?: string;
            };
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer; live as events for who accepts `text/event-stream`. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunAnswer"];
                    "text/event-stream": {
                        id?: string;
                        event?: string;
                        data: string;
                    };
                };
            };
            /** @description Started, or waiting for a person: look at `Location`. */
            202: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    /** @description Where to look. */
                    Location?: string;
                    /** @description Runs that the session may start in an hour, where they are counted. */
                    "X-RateLimit-Limit"?: string;
                    /** @description What is left of them. */
                    "X-RateLimit-Remaining"?: string;
                    /** @description Seconds until all are there again. */
                    "X-RateLimit-Reset"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStarted"] | components["schemas"]["RunWaiting"];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            410: components["responses"]["410"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    rateRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostFeedback"];
            };
        };
        responses: {
            /** @description Stored. */
            204: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    decideApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id, a ULID. */
                runId: string;
                /** @description The approval's id, as its event has it. */
                approvalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideApproval"];
            };
        };
        responses: {
            /** @description Decided. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    /** @description The run's id. */
                    "x-run-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalDecided"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            410: components["responses"]["410"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    listApprovals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What I may decide on, the oldest first. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalList"];
                };
            };
            401: components["responses"]["401"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive, and what is configured. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["500"];
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    /** @description The request's own, or a new one. */
                    "x-correlation-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            500: components["responses"]["500"];
        };
    };
}
